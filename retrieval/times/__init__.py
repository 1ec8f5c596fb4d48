"""Time in words: what a question asks about, and when what a sentence tells took place."""
