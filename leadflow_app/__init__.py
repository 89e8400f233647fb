"""The screens of LeadFlow: a Reflex app above the slices of `backend`."""
