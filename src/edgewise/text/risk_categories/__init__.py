"""Risk categories: the published taxonomy, and the first classifier of risk factors, by keywords."""
