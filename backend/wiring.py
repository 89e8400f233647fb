"""The composition root: what the lower slices announce, and who listens."""

from backend import analytics, auth, channels
from backend.platform import idempotency, kept_answers, sealing
from backend.platform.unit_of_work import on_close, on_moments

on_moments(analytics.mark)
on_close(idempotency.mark_committed)
sealing.register(auth.SEALED_SECRETS, channels.SEALED_CREDENTIALS, kept_answers.SEALED_ANSWERS)
auth.on_new_timezone(analytics.mark_every_day)
