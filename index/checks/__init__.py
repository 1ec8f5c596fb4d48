"""Verifying an index from the ground up, and mending what is derived."""
