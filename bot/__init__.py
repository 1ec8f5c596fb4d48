"""Deliver answers: in Telegram, and by the command `dateline`."""
