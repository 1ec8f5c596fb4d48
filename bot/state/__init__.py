"""What the bot remembers: one SQLite file with updates, messages, conversations and watches."""
