"""What filings say: the visible text of a document, and the tone of its words. Pure: bytes in, frames out."""
