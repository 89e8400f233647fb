"""The API keys of the workspace: made, shown once, renewed, revoked."""
