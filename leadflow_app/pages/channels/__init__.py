"""The channels: cards with their health."""
