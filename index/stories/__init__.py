"""Stories: articles that are copies of one report, found and kept."""
