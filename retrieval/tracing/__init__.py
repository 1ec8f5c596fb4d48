"""Tell at which stage an expected passage is lost on the way from a question to its answer."""
