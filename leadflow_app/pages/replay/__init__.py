"""Replay: stored deliveries act once more, first without effect, then for good."""
