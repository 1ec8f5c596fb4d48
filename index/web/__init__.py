"""Collect articles from the web: pages, feeds, sitemaps."""
