"""Connecting a number, step by step."""
