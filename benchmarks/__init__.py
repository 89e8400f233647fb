"""Measured figures for docs/benchmarks.md; run by `make bench`."""
