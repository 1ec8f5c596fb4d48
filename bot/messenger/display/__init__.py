"""What the bot shows: words in four languages, pages, buttons, within the limits of Telegram."""
