"""Tests that need a PostgreSQL server, and the servers for them."""
