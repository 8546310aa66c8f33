"""Who owns companies: insiders and institutions. Pure: frames in, frames out."""
