"""Which securities an exchange lists and which it no longer does, as providers tell it."""
