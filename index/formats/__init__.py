"""Reading files of every kind in which articles ship."""
