"""Prove an answer by the articles, without a model: shape, citations, the answer itself."""
