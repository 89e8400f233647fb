"""The composition root: what the lower slices announce, and who listens."""

from backend import analytics
from backend.platform.unit_of_work import on_moments

on_moments(analytics.mark)
