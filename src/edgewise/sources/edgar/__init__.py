"""The SEC's EDGAR: feeds, indexes and submissions."""
