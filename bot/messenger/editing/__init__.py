"""What editors can do: bring articles, withdraw them, rebuild the index."""
