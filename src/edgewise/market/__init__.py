"""The market: prices that can be trusted and past returns. Pure: frames in, frames out."""
