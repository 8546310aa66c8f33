"""For how long what statements tell counts, after the last day of the twelve months that it is of."""

from __future__ import annotations

STATEMENT_DAYS = 270
"""Of a company that reports every quarter: a year's report may come ninety days after it, and what it says stands until
the next quarterly report but one is late."""
YEARLY_STATEMENT_DAYS = 500
"""Of one that reports once a year, as foreign companies do (20-F, 40-F): until the next year's report is late, which is
due four months after a year of up to 53 weeks."""
