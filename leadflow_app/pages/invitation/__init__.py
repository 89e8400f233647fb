"""Accept an invitation."""
