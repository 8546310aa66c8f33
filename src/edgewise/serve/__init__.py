"""What people and programs see: the API and its metrics."""
