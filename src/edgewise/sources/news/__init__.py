"""News, as providers and files have them."""
