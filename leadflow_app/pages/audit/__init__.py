"""The audit log: who did what to what, from where, and whether the log is whole."""
