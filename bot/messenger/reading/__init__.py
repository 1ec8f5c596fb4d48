"""What readers can do: ask, press, bound, watch, forget."""
