"""Law 1 for factors: cut everything at T, build again, and every value up to T is the same, bit for bit.

The worlds are hypothesis's. The checker itself is checked: leaks that people really write are planted, and it must see
each of them.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from edgewise.core.clock import session_close, session_open, sessions, shift_session, tradable_sessions
from edgewise.core.tables import FILING_TONE, FILINGS
from edgewise.factors.build import build
from edgewise.factors.filing_tone import FACTOR
from edgewise.factors.registry import ALL

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    Tables = dict[str, pl.DataFrame]
    Build = Callable[[Tables, list[date]], pl.DataFrame]

START = date(2024, 2, 1)
LONG = 60  # sessions a world lasts
DAYS = sessions(START, shift_session(START, LONG - 1))
MICROSECOND = timedelta(microseconds=1)


def check_no_look_ahead(builder: Build, tables: Tables, cut: datetime) -> None:
    """Raise AssertionError unless values known by `cut` are the same with and without what came after it."""
    blind = {name: frame.filter(pl.col("known_at") <= cut) for name, frame in tables.items()}
    by_then = [
        rows.filter(pl.col("known_at") <= cut).sort("session", "instrument_id")
        for rows in (builder(tables, DAYS), builder(blind, DAYS))
    ]
    assert_frame_equal(*by_then, check_exact=True)


# Worlds: filings around the closes, several versions, roles, forms, statuses, registrants that share a submission.


@st.composite
def instants(draw) -> datetime:
    """An instant of the world, often near a close or an open."""
    day = draw(st.sampled_from(DAYS))
    base = draw(st.sampled_from([session_close(day), session_open(day)]))
    return base + draw(
        st.sampled_from([-MICROSECOND, MICROSECOND * 0, MICROSECOND, timedelta(hours=3), timedelta(hours=-3)])
    )


@st.composite
def worlds(draw) -> Tables:
    filings, tone = old_filings()
    for number in range(draw(st.integers(5, 30))):
        accession, form = f"0000000099-24-{number:06d}", draw(st.sampled_from(["8-K", "8-K", "10-Q", "10-K/A", "4"]))
        for version in draw(st.lists(instants(), min_size=1, max_size=2, unique=True)):
            for cik in draw(st.sets(st.integers(1, 6), min_size=1, max_size=2)):
                role = draw(st.sampled_from(["issuer", "issuer", "co_registrant", "owner"]))
                sic = draw(st.sampled_from([2911, 1311, 4911, None]))
                filings.append(filing(accession, version, cik=cik, role=role, form=form, sic=sic))
        for version in draw(st.lists(instants(), min_size=1, max_size=2, unique=True)):
            status = draw(st.sampled_from(["ok", "ok", "ok", "suspect"]))
            net = draw(st.one_of(st.none(), st.floats(-1, 1, allow_subnormal=False)))
            tone.append(score(accession, version, net=net, status=status))
    return {"filings": FILINGS.frame(filings), "filing_tone": FILING_TONE.frame(tone)}


def old_filings() -> tuple[list[dict], list[dict]]:
    """Twenty filings of each family before the world begins, so that every later one has a baseline."""
    filings, tone = [], []
    for number in range(60):
        accession, known_at = f"0000000098-24-{number:06d}", session_close(shift_session(START, -3 - number % 5))
        filings.append(filing(accession, known_at, cik=10 + number % 3, form=("8-K", "10-Q", "10-K")[number % 3]))
        tone.append(score(accession, known_at, net=(number % 19 - 9) / 10))
    return filings, tone


def filing(accession: str, known_at: datetime, **columns) -> dict:
    return {
        "accession": accession,
        "cik": 1,
        "role": "issuer",
        "form": "8-K",
        "sic": 2911,
        "known_at_source": "header",
        "documents": 1,
        "source_url": "test:",
        "first_seen_at": known_at,
        "known_at": known_at,
    } | columns


def score(accession: str, known_at: datetime, **columns) -> dict:
    return {
        "accession": accession,
        "item": "all",
        "model_version": "lexicon-1",
        "form": "8-K",
        "words": 100,
        "boilerplate_words": 0,
        "status": "ok",
        "inputs": "",
        "known_at": known_at,
    } | columns


@pytest.mark.parametrize("factor", ALL, ids=lambda factor: factor.name)
@settings(max_examples=40, deadline=None)
@given(tables=worlds(), cut=instants())
def test_no_value_depends_on_what_was_not_known(factor, tables, cut):
    check_no_look_ahead(partial(build, factor, min_names=2), tables, cut)


# Planted leaks, each with the sound form of the same calculation beside it.


def filings_each_day() -> Tables:
    """Seven companies in one sector: each session two of them file, at noon and an hour after the close.

    The seventh files twice, and the first of its scores is suspect: until the second one it has no value.
    """
    filings, tone = [], []
    for number, (day, status) in enumerate([(DAYS[30], "suspect"), (DAYS[45], "ok")], start=1000):
        accession, accepted = f"0000000099-24-{number:06d}", session_close(day) - timedelta(hours=2)
        filings.append(filing(accession, accepted, cik=7))
        tone.append(score(accession, accepted, net=0.7, status=status))
    for number, day in enumerate(DAYS):
        noon, evening = session_close(day) - timedelta(hours=4), session_close(day) + timedelta(hours=1)
        for turn, accepted in enumerate((noon, evening)):
            accession = f"0000000099-24-{2 * number + turn:06d}"
            filings.append(filing(accession, accepted, cik=1 + (number + 3 * turn) % 6))
            tone.append(score(accession, accepted, net=((7 * number + 11 * turn) % 19 - 9) / 10))
    return {"filings": FILINGS.frame(filings), "filing_tone": FILING_TONE.frame(tone)}


def sound(tables: Tables, days: list[date]) -> pl.DataFrame:
    return build(FACTOR, tables, days)


def heard_against_the_whole_sample(tables: Tables, days: list[date]) -> pl.DataFrame:
    """The baseline of a filing is the mean of all filings there are, the later ones too."""
    score_of = tables["filing_tone"].select(
        "accession", "net", session=tradable_sessions(tables["filing_tone"]["known_at"])
    )
    raw = (
        tables["filings"]
        .join(score_of, on="accession")
        .select(
            "session",
            instrument_id=pl.format("{}-01", pl.col("cik").cast(pl.String).str.zfill(10)),
            raw=pl.col("net") - pl.col("net").mean(),
        )
    )
    return sound(tables, days).drop("raw").join(raw, on=("instrument_id", "session"))


def scaled_on_the_whole_sample(tables: Tables, days: list[date]) -> pl.DataFrame:
    raw = pl.col("raw")
    return sound(tables, days).with_columns(z=(raw - raw.mean()) / raw.std())


def filled_backwards(tables: Tables, days: list[date]) -> pl.DataFrame:
    """Gaps are filled from below in a frame sorted by security: next month's value, or the neighbour's."""
    return sound(tables, days).sort("instrument_id", "session").with_columns(pl.col("raw").backward_fill())


def filled_backwards_within_a_security(tables: Tables, days: list[date]) -> pl.DataFrame:
    filled = pl.col("raw").backward_fill().over("instrument_id", order_by="session")
    return sound(tables, days).with_columns(filled)


def counted_on_the_day_of_acceptance(tables: Tables, days: list[date]) -> pl.DataFrame:
    """An acceptance is cut down to its day, so what came after the close counts in that session."""
    of_the_day = pl.col("known_at").dt.convert_time_zone("America/New_York").dt.truncate("1d")
    early = {
        name: frame.with_columns(known_at=of_the_day.dt.convert_time_zone("UTC")) for name, frame in tables.items()
    }
    return sound(early, days)


def universe_of_today(tables: Tables, days: list[date]) -> pl.DataFrame:
    """Only companies that still file at the end are built at all."""
    alive = tables["filings"].filter(pl.col("known_at") > session_close(DAYS[-6]))["cik"].unique()
    members = tables["filings"].filter(pl.col("cik").is_in(alive.implode()))
    return sound(tables | {"filings": members}, days)


LEAKS = [
    pytest.param(heard_against_the_whole_sample, id="failure_case_38_baseline_of_the_whole_sample"),
    pytest.param(scaled_on_the_whole_sample, id="failure_case_38_scaling_on_the_whole_sample"),
    pytest.param(universe_of_today, id="failure_case_38_universe_of_today"),
    pytest.param(filled_backwards, id="failure_case_37_backward_fill_across_tickers"),
    pytest.param(filled_backwards_within_a_security, id="failure_case_37_backward_fill"),
    pytest.param(counted_on_the_day_of_acceptance, id="failure_case_18_acceptance_after_the_close"),
]


def sees_a_leak(builder: Build, tables: Tables) -> bool:
    """Return whether the checker objects at any of ten closes of the world's second half."""
    for day in DAYS[LONG // 2 :: 3]:
        try:
            check_no_look_ahead(builder, tables, session_close(day))
        except AssertionError:
            return True
    return False


@pytest.mark.parametrize("leak", LEAKS)
def test_a_planted_leak_is_seen(leak):
    tables = filings_each_day()
    assert sees_a_leak(leak, tables)
    assert not sees_a_leak(sound, tables)
