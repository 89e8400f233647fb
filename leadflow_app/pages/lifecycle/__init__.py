"""The settings of the lifecycle of leads."""
