"""Answers as values: numbers, dates and names that say the same in other words."""
