"""Research: labels, rank correlations and honest intervals. May read factors; factors never read it."""
