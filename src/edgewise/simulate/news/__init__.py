"""News: the stories that are told after filings and beside them, and three providers' ways of printing them."""
