"""The stock score, 1 to 100: weights, missing data, rating, confidence, explanation."""
