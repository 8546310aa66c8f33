"""The outside world, one folder per origin."""
