"""The simulator: play a customer on a mock channel."""
