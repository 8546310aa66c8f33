"""One file per page; each has a function from what is read to a page."""
