"""Who owns the simulated companies: insiders who report their dealings, and managers who report their holdings."""
