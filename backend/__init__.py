"""LeadFlow's backend: domain slices over one PostgreSQL, described in docs/architecture.md."""
