"""The word lists of tone, plain text files with a note on how each was made, and the one way to read them."""
