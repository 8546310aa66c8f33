"""The documents of a submission, one file per form."""
