"""One folder per outside technology, chosen by URL and imported at first use."""
