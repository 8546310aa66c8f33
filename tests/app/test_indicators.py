"""`edgewise indicators` as a person has it: built from stored prices, shown as known then, each with its meaning."""

from __future__ import annotations

import polars as pl

from edgewise.core.tables_market import INDICATORS
from edgewise.lake import Lake
from tests.app.test_prices import DAYS, here, home  # noqa: F401 - fixtures


def test_indicators_are_shown_as_known_then_with_what_each_is(here):  # noqa: F811 - the fixture
    asked = ("indicators", "show", "aaa", "--as-of")
    assert "edgewise indicators build" in here(*asked, str(DAYS[-1])).complaint
    built = here("indicators", "build", "--json").json
    assert (built["securities"], built["rows"]) == (1, len(DAYS))
    newest = here(*asked, str(DAYS[3]), "--json").json
    assert (newest["session"], newest["sma_50"]) == (str(DAYS[3]), None)
    lines = [line.split() for line in here(*asked, str(DAYS[3])).out.splitlines()]
    close = f"AAA (0000000001-01) at the close of {DAYS[3]}, as known at {DAYS[3]} 23:59:59 UTC"
    assert lines[0] == f"{close}; newest known_at {DAYS[3]} 20:00:00".split()
    assert ["sma_50", "-", "mean", "close", "of", "50", "sessions,", "USD", "per", "share"] in [
        one[:10] for one in lines
    ]
    assert not any("known_at" in line for line in lines[1:])


def test_rows_of_older_formulas_are_told_with_what_computes_them_anew(here, home):  # noqa: F811 - the fixtures
    lake = Lake(str(home / "lake"))
    here("indicators", "build", "--json")
    first = lake.read(INDICATORS, where=pl.col("session") == DAYS[0])
    lake.upsert(INDICATORS, first.with_columns(version=pl.lit("0")))
    told = here("indicators", "build", "--since", str(DAYS[1])).out
    assert "1 stored rows are of older formulas" in told
    assert "older formulas" not in here("indicators", "build").out
