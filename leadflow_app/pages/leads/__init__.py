"""The leads: the table, and one lead in full."""
