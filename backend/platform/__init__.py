"""I/O plumbing without a domain word: settings, database, unit of work, queue, live, secrets."""
