"""Stateless pieces of a screen: they take vars and handlers, and know no state."""
