"""One lead in full: its stage, its score with every reason, its tags and its story."""
