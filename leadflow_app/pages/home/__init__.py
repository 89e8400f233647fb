"""The dashboard: how today and the last days went."""
