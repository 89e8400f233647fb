"""Leads from a file: upload, mapping, check, writing, report."""
