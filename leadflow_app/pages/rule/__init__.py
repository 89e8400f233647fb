"""One rule: written, tested, tried on history, and followed."""
