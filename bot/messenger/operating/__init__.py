"""How the bot is watched: log lines, metrics, and the pages that serve them."""
