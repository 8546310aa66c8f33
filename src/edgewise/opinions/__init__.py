"""What others say of a company, as it was known at an instant: consensus of analysts, tone of the press."""
