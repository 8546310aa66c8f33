"""Prices: one file per provider."""
