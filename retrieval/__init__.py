"""Turn a question into a cited answer, or into honest silence."""
