"""What a holder got after the last close of a share that left the exchange, after the convention of CRSP.

CRSP's delisting return compares what the share was worth after its last close, a price off the exchange or what a
merger paid, with that close. Where nothing is known, leaving it out flatters every strategy that holds what fails. For
performance-related delistings Shumway (1997) found -30 % on NYSE and AMEX, Shumway and Warther (1999) -55 % on Nasdaq;
those stand in. For mergers and exchanges of shares the last close already is the offer: nothing is added.
"""

from __future__ import annotations

from enum import StrEnum
from math import isfinite

from edgewise.core.errors import InvalidInput

MISSING_ON_NYSE = -0.30
MISSING_ON_NASDAQ = -0.55


class Ended(StrEnum):
    """Why a share left the exchange; in brackets CRSP's codes."""

    MERGED = "merged"  # 200 to 399: merged, exchanged
    PERFORMANCE = "performance"  # 500 and 520 to 584, 400 to 490: dropped by the exchange, liquidated, bankrupt


def delisting_return(
    last_close: float, *, received: float | None = None, ended: Ended | None = None, exchange: str | None = None
) -> float | None:
    """Return what a holder finally got over the last close, less 1, a fraction, -1 at worst.

    received: USD a share after the last close: a price off the exchange, what was paid out; 0 if nothing. None if that
              is not known.
    ended, exchange: why it left, and from where; they say what stands in where `received` is not known.
    Nulls:    None where nothing is known and why it left is not known either: nobody guesses then.
    Raises:   InvalidInput for a last close that is not above zero, and for less than nothing received.
    """
    if not isfinite(last_close) or last_close <= 0:
        raise InvalidInput(f"a last close of {last_close} USD", advice="Give the last traded close.")
    if received is not None:
        if not isfinite(received) or received < 0:
            raise InvalidInput(f"{received} USD received for a share", advice="Give 0 or more.")
        return received / last_close - 1
    match ended:
        case Ended.MERGED:
            return 0.0
        case Ended.PERFORMANCE:
            return MISSING_ON_NASDAQ if "nasdaq" in (exchange or "").lower() else MISSING_ON_NYSE
        case None:
            return None
