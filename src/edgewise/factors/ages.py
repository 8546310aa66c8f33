"""For how long a number counts after the day it is of."""

from __future__ import annotations

STATEMENT_DAYS = 270
"""Days after the end of twelve months told in statements: a year's report may come ninety days after it, and what it
says stands until the next quarterly report but one is late."""
