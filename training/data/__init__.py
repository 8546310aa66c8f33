"""Labelled sentences: one file per origin, one that puts them together."""
