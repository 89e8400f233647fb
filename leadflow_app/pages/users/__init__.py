"""Who belongs to the workspace, who is invited, and what each may."""
