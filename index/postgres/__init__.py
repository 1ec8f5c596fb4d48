"""The index in PostgreSQL with pgvector; imported only where a database is configured."""
