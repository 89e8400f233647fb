"""Quarantine: deliveries that failed, by cause; corrected, passed over or tried again."""
