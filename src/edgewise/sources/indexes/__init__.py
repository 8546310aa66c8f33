"""Members of indexes: a file in, spans of membership out."""
