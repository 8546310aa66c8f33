"""Analysts' ratings: the opinions behind them, and the answers of the provider that sells them."""
