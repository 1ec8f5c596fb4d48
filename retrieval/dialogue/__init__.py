"""Follow-ups: a question and the turns before it in, a question that stands on its own out."""
