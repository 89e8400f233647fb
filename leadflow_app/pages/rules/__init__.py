"""The rules in their order."""
