"""What a perfect reader of the simulated market would know, beside what the market shows."""
