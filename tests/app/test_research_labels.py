import polars as pl
import pytest

from edgewise.app.house import House
from edgewise.app.settings import Settings
from edgewise.core.clock import session_close
from edgewise.core.tables import LABELS, PRICES
from edgewise.pipelines.labels import filing_labels
from tests.conftest import PLAN


@pytest.fixture
def built(simulated):
    return simulated("research", "labels", "--horizon", "1", "--horizon", "3", "--json").json


def test_labels_of_a_simulated_market_are_stored_and_counted(built, copied):
    with House(Settings(home=copied)) as house:
        labels, prices = house.lake.read(LABELS), house.lake.read(PRICES)
    assert [each["horizon"] for each in built] == [1, 3]
    for each in built:
        mine = labels.filter(horizon=each["horizon"])
        assert mine.height == each["rows"] <= prices.height
        assert mine["abnormal_return"].drop_nulls().len() == each["labelled"] > 20_000
        assert each["rows"] == each["labelled"] + each["no_beta"] + each["no_price"]
    assert labels["known_at"].max() <= session_close(PLAN.end)


def test_every_session_has_as_many_high_labels_as_low_ones(built, copied):  # noqa: ARG001 - built there
    with House(Settings(home=copied)) as house:
        seen = house.lake.read(LABELS).filter(horizon=3).drop_nulls("quantile")
    counts = seen.pivot("quantile", index="session", values="beta", aggregate_function="len")
    assert counts.select((pl.col("2") - pl.col("0")).abs().max()).item() <= 1
    assert counts.height > 400


def test_the_betas_are_those_of_the_simulation(built, copied):  # noqa: ARG001 - as above
    """The plan draws betas between 0.7 and 1.3; estimates scatter around them and average to 1."""
    with House(Settings(home=copied)) as house:
        betas = house.lake.read(LABELS).filter(horizon=1, session=pl.lit(PLAN.end))["beta"].drop_nulls()
    assert betas.mean() == pytest.approx(1, abs=0.05)
    assert betas.quantile(0.05) > 0.4
    assert betas.quantile(0.95) < 1.6


def test_filings_have_labels(built, copied):  # noqa: ARG001 - as above
    with House(Settings(home=copied)) as house:
        found = filing_labels(house.lake)
    assert found.select("accession", "instrument_id").n_unique() == found.height > 500
    assert set(found["quantile"].drop_nulls()) == {0, 1, 2}


def test_a_person_reads_what_is_missing_and_why(simulated):
    shown = simulated("research", "labels", "--horizon", "5", "--since", "2024-01-02", "--until", "2024-01-31").out
    assert "fewer than 60 sessions before" in shown
    assert "2024-01-31" in shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "no prices are stored"),
        (("--since", "2024-02-01", "--until", "2024-01-01"), "Swap them"),
        (("--since", "soon"), "is not a day"),
    ],
)
def test_what_cannot_be_is_one_sentence(empty, words, told):
    ended = empty("research", "labels", *words)
    assert ended.status == 1
    assert told in ended.complaint
