"""For how long data is kept, and what one person may ask about theirs."""
