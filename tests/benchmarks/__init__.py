"""Measurements for the README. Each prints ratios of things timed side by side in one run."""
