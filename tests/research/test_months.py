"""Monthly rank ICs: expected values are scipy's, NumPy's, or counted by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from edgewise.core.errors import InvalidInput
from edgewise.research.inference import summarise_mean
from edgewise.research.months import month_ends, monthly_ic, worth

NAMES = 40
YEARS = month_ends(date(2019, 1, 1), date(2022, 1, 1))


def panel(seed: int, ends: list[date], *, strength: float = 0.0) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Values `good`, which leads returns by `strength`, and `idle`, which does not; and the returns."""
    draw = np.random.default_rng(seed)
    good, idle, noise = draw.normal(size=(3, len(ends) * NAMES))
    keys = {
        "instrument_id": [f"{name:010d}-01" for name in range(NAMES)] * len(ends),
        "session": [end for end in ends for _ in range(NAMES)],
    }
    values = pl.DataFrame(keys | {"good": good, "idle": idle})
    return values, pl.DataFrame(keys | {"forward_return": strength * good + noise})


def monthly(ics: list[float | None], ends: list[date]) -> pl.DataFrame:
    return pl.DataFrame(
        {"column": "x", "session": ends, "ic": pl.Series(ics, dtype=pl.Float64), "names": 40, "dropped": 1}
    )


def test_month_ends_are_the_last_sessions_also_before_a_weekend_and_a_holiday():
    # 29 March 2024 was Good Friday, 31 March a Sunday; 31 August 2024 a Saturday.
    assert month_ends(date(2024, 3, 1), date(2024, 4, 15)) == [date(2024, 3, 28)]
    assert month_ends(date(2024, 8, 1), date(2024, 8, 31)) == [date(2024, 8, 30)]


def test_a_month_that_has_not_ended_has_no_end():
    assert month_ends(date(2024, 8, 1), date(2024, 8, 29)) == []


def test_each_month_and_column_has_the_correlation_that_scipy_finds():
    ends = YEARS[:3]
    values, labels = panel(1, ends, strength=0.3)
    found = monthly_ic(values, labels, ["good", "idle"])
    assert found.select("column", "session").rows() == [(name, end) for name in ("good", "idle") for end in ends]
    for name, end, ic, names, _ in found.iter_rows():
        x, y = values.filter(session=end)[name], labels.filter(session=end)["forward_return"]
        assert ic == pytest.approx(stats.spearmanr(x, y).statistic)
        assert names == NAMES


def test_a_month_with_few_names_has_none():
    values, labels = panel(1, YEARS[:2])
    few = values.filter((pl.col("session") == YEARS[0]) | (pl.col("instrument_id") < "0000000029-01"))
    assert few.filter(session=YEARS[1]).height == 29
    assert monthly_ic(few, labels, ["good"])["ic"].is_null().to_list() == [False, True]


def test_what_leads_returns_is_found_and_what_does_not_is_not():
    values, labels = panel(7, YEARS, strength=0.2)
    good, idle = worth(monthly_ic(values, labels, ["good", "idle"]), months=1, seed=1)
    assert good.column == "good"
    assert good.summary is not None
    assert good.summary.block_bootstrap.low > 0
    assert idle.summary is not None
    assert idle.summary.block_bootstrap.low < 0 < idle.summary.block_bootstrap.high


@given(st.lists(st.floats(-1, 1), min_size=20, max_size=36), st.integers(0, 5))
def test_the_mean_is_the_mean_of_the_months_that_have_one(ics, gap):
    with_gap = [*ics[:gap], None, *ics[gap:-1]]
    (found,) = worth(monthly(with_gap, YEARS[: len(ics)]), months=3, seed=1)
    assert found.mean == pytest.approx(np.mean([one for one in with_gap if one is not None]))
    assert found.months == len(ics) - 1 == found.dropped
    assert found.names == 40


def test_a_month_that_is_missing_keeps_its_place_in_time():
    ics = [0.1 * (-1) ** number for number in range(30)]
    (absent,) = worth(monthly(ics, [*YEARS[:10], *YEARS[11:31]]), months=1, seed=1)
    with_gap = np.array([*ics[:10], np.nan, *ics[10:]])
    assert absent.summary == summarise_mean(with_gap, horizon=1, seed=1)
    assert absent.summary.missing == 1


def test_too_few_months_have_a_mean_and_no_interval():
    (found,) = worth(monthly([0.1] * 5 + [0.2] * 14, YEARS[:19]), months=1, seed=1)
    assert found.summary is None
    assert found.mean == pytest.approx((0.5 + 2.8) / 19)


def test_no_month_with_a_figure_has_no_mean():
    (found,) = worth(monthly([None, None], YEARS[:2]), months=1, seed=1)
    assert (found.mean, found.summary, found.months, found.names) == (None, None, 0, 0.0)


def test_two_sessions_of_a_month_and_no_month_held_are_refused():
    with pytest.raises(InvalidInput, match="several sessions of one month"):
        worth(monthly([0.1] * 20, [date(2024, 5, 30), *YEARS[:18], date(2024, 5, 31)]), months=1, seed=1)
    with pytest.raises(InvalidInput, match="0 months"):
        worth(monthly([0.1] * 20, YEARS[:20]), months=0, seed=1)
