"""As-of reading by enumeration, and against a model of a few lines that nobody can get wrong."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.lake import Lake, as_of

DAYS = (2, 5, 8, 11)


@pytest.fixture(params=["sorted together", "merged run by run"])
def reading(request, monkeypatch):
    """Both ways in which runs are brought together: small ones by sorting, large ones by merging."""
    if request.param == "merged run by run":
        monkeypatch.setattr(as_of, "SMALL_RUN_ROWS", 1)


@pytest.mark.usefixtures("reading")
class TestByEnumeration:
    def test_every_order_of_two_events_and_two_knowledge_times(self, lake, table, rows, on):
        """Each order of (session 1, session 2, known 1, known 2) stands on an instrument of its own."""
        events = []
        for number, (session_1, session_2, known_1, known_2) in enumerate(permutations(DAYS)):
            events.append((f"I{number:02d}", session_1, 1.0, known_1))
            events.append((f"I{number:02d}", session_2, 2.0, known_2))
        for start in (40, 20, 0):
            lake.append(table, rows(*events[start : start + 20]))
        for instant in _instants(on):
            known = {(name, date(2024, 1, day)): close for name, day, close, known in events if on(known) <= instant}
            assert _answers(lake.read(table, as_of=instant)) == known

    @pytest.mark.parametrize("first_written", [0, 1])
    def test_every_order_of_two_versions_of_one_key(self, lake, table, rows, on, first_written):
        """The version known first may be written first or last: only `known_at` decides."""
        orders = list(permutations(DAYS, 2))
        batches = [[(f"{a}to{b}", 1, float(known), known) for a, b in orders for known in [(a, b)[i]]] for i in (0, 1)]
        for number in (first_written, 1 - first_written):
            lake.append(table, rows(*batches[number]))
        for instant in _instants(on):
            known = {}
            for name, _, close, day in sorted(batches[0] + batches[1], key=lambda event: event[3]):
                if on(day) <= instant:
                    known[name, date(2024, 1, 1)] = close
            assert _answers(lake.read(table, as_of=instant)) == known


event = st.tuples(
    st.sampled_from("ABC"), st.integers(1, 3), st.one_of(st.none(), st.integers(0, 3).map(float)), st.integers(1, 6)
)
batch = st.lists(event, max_size=8, unique_by=lambda event: (event[0], event[1], event[3]))
step = st.tuples(st.booleans(), batch)


@pytest.mark.parametrize("small_run_rows", [1, 100_000])
@settings(max_examples=25, deadline=None)
@given(steps=st.lists(step, max_size=5))
def test_upserts_and_compactions_in_any_order_read_like_a_dictionary(table, rows, on, small_run_rows, steps):
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(as_of, "SMALL_RUN_ROWS", small_run_rows)
        lake, model = Lake(folder), {}
        for compacting, events in steps:
            done = lake.upsert(table, rows(*events))
            fresh = {(name, day, known): close for name, day, close, known in events}
            assert done.inserted == len(fresh.keys() - model.keys())
            assert done.unchanged == sum(close == model.get(identity, "absent") for identity, close in fresh.items())
            model |= fresh
            if compacting:
                lake.compact(table)
        assert lake.history(table).height == len(model)
        for instant in (on(day) for day in range(8, 0, -1)):
            assert _answers(lake.read(table, as_of=instant)) == _known(model, instant, on)
            first = lake.read(table, as_of=instant, where=pl.col("instrument_id") == "A")
            assert _answers(first) == {key: v for key, v in _known(model, instant, on).items() if key[0] == "A"}


def _known(model, instant, on):
    """Read the dictionary as of an instant, one row at a time, oldest knowledge first."""
    known = {}
    for (name, day, known_day), close in sorted(model.items(), key=lambda item: item[0][2]):
        if on(known_day) <= instant:
            known[name, date(2024, 1, day)] = close
    return known


def _instants(on):
    """Every knowledge time, the microsecond before it and a day after it."""
    return [on(day) + shift for day in DAYS for shift in (-timedelta(microseconds=1), timedelta(0), timedelta(days=1))]


def _answers(frame):
    assert frame.equals(frame.sort("instrument_id", "session"))
    answers = {(row["instrument_id"], row["session"]): row["close"] for row in frame.iter_rows(named=True)}
    assert len(answers) == frame.height
    return answers
