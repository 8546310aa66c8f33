"""Ratings of analysts, as providers and files have them."""
