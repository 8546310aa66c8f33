"""Change of risk factors: the counts of each pair of reports, and the share that follows."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from edgewise.factors.risk_factor_change import FACTOR, risks_compared
from tests.factors.views import directions_of, metrics_of


def changes(*rows):
    return pl.DataFrame(
        [{"accession": pair[0], "previous_accession": pair[1], "change": what, "status": status}
         for pair, what, status in rows],
        schema=dict.fromkeys(("accession", "previous_accession", "change", "status"), pl.String),
    )  # fmt: skip


def counted(*rows):
    return risks_compared(changes(*rows)).rows()


def test_new_and_dropped_of_all_that_either_report_has():
    whats = ("kept", "kept", "reworded", "new", "dropped", "dropped")
    assert counted(*(("ba", what, "ok") for what in whats)) == [("b", "a", 1, 2, 6)]
    told = metrics_of(FACTOR, risks_new=1, risks_dropped=2, risks=6)
    assert told == {"risk_factor_change": 0.5}


def test_one_doubtful_risk_factor_puts_all_of_its_pair_in_doubt():
    rows = (("ba", "kept", "ok"), ("ba", "new", "suspect"), ("dc", "kept", "ok"))
    assert counted(*rows) == [("b", "a", None, None, None), ("d", "c", 0, 0, 1)]


def test_the_order_of_rows_does_not_matter():
    rows = [("ba", "kept", "ok"), ("dc", "new", "ok"), ("ba", "dropped", "ok"), ("dc", "kept", "ok")]
    assert_frame_equal(risks_compared(changes(*rows)), risks_compared(changes(*reversed(rows))))


def test_no_rows_give_none():
    assert counted() == []


@pytest.mark.parametrize("fields", [{"risks": 0}, {"risks": None}, {"risks_new": None}])
def test_without_risk_factors_there_is_no_share(fields):
    whole = {"risks_new": 0, "risks_dropped": 0, "risks": 5}
    assert metrics_of(FACTOR, **whole)["risk_factor_change"] == 0
    assert metrics_of(FACTOR, **whole | fields)["risk_factor_change"] is None


def test_more_change_is_worse():
    assert directions_of(FACTOR) == {"risk_factor_change": -1}
