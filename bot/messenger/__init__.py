"""The bot in Telegram: updates in, each answered once, messages out."""
