"""Expected numbers are worked out by hand, or by `by_the_formula`, which follows the definition filing by filing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from edgewise.core.clock import session_close, session_open, sessions, shift_session, tradable_session
from edgewise.core.errors import InvalidInput
from edgewise.core.identifiers import Cik, InstrumentId
from edgewise.factors.filing_tone import FACTOR, SCORED, contributions, filing_tone
from tests.factors.views import directions_of, metrics_of

DAY = date(2024, 3, 5)
FIRST = InstrumentId.mint(Cik(1))


def heard(by: int, net: float, *, session: date = DAY, **differs) -> dict:
    """A filing of company `by`, accepted one hour before the close of `session`."""
    return {"cik": by, "net": net, "known_at": session_close(session) - timedelta(hours=1)} | differs


def others(net: float = 0.1, *, session: date | None = None, **differs) -> list[dict]:
    """Two filings of other companies, one session before DAY: the smallest baseline the tests use."""
    before = session or shift_session(DAY, -1)
    return [heard(8, net, session=before, **differs), heard(9, net, session=before, **differs)]


def raw(tables: dict, *days: date, of: str = FIRST, min_baseline: int = 2, **options) -> list[float | None]:
    values = filing_tone(tables["filing_tone"], tables["filings"], days, min_baseline=min_baseline, **options)
    return values.filter(pl.col("instrument_id") == of)["raw"].to_list()


def by_the_formula(filings: list[dict], session: date, *, cik: int, least: int) -> float | None:
    """The definition, filing by filing, with the default windows."""
    calendar = {day: number for number, day in enumerate(sessions(date(2022, 1, 3), date(2025, 12, 31)))}
    place = [calendar[tradable_session(filing["known_at"])] for filing in filings]
    total, found = 0.0, False
    for number, filing in enumerate(filings):
        age = calendar[session] - place[number]
        if filing["cik"] != cik or not 0 <= age <= 126:
            continue
        baseline = [
            other["net"]
            for other, when in zip(filings, place, strict=True)
            if other["form"] == filing["form"] and 1 <= place[number] - when <= 252
        ]
        if len(baseline) >= least:
            total, found = total + 2 ** (-age / 21) * (filing["net"] - sum(baseline) / len(baseline)), True
    return total if found else None


class TestNumbers:
    def test_a_surprise_is_the_tone_above_the_baseline(self, world):
        assert raw(world([*others(0.1), heard(1, 0.5)]), DAY) == [pytest.approx(0.4)]

    def test_it_halves_every_21_sessions_and_is_forgotten_after_126(self, world):
        tables = world([*others(0.1), heard(1, 0.5)])
        days = [shift_session(DAY, age) for age in (0, 21, 42, 126, 127)]
        assert raw(tables, *days) == [*map(pytest.approx, (0.4, 0.2, 0.1, 0.4 / 64)), None]

    def test_filings_add_up_also_on_one_day(self, world):
        tables = world([*others(0.0), heard(1, 0.5), heard(1, 0.25), heard(1, -0.1, session=shift_session(DAY, 21))])
        assert raw(tables, DAY) == [pytest.approx(0.75)]
        # The later filing is heard against the two others and the two of DAY: (0 + 0 + 0.5 + 0.25) / 4.
        assert raw(tables, shift_session(DAY, 21)) == [pytest.approx(0.375 - 0.1 - 0.1875)]

    def test_a_baseline_ends_the_session_before(self, world):
        assert raw(world([*others(0.1), heard(7, 1.0), heard(1, 0.5)]), DAY) == [pytest.approx(0.4)]

    def test_a_baseline_is_252_sessions_long(self, world):
        inside = others(0.1, session=shift_session(DAY, -252))
        outside = others(1.0, session=shift_session(DAY, -253))
        assert raw(world([*outside, *inside, heard(1, 0.5)]), DAY) == [pytest.approx(0.4)]
        assert raw(world([*outside, heard(1, 0.5)]), DAY) == [None]

    def test_each_form_family_has_its_own_baseline(self, world):
        tables = world([*others(0.1), *others(0.3, form="10-K405"), heard(1, 0.5, form="10-KSB")])
        assert raw(tables, DAY) == [pytest.approx(0.2)]

    @pytest.mark.parametrize("form", ["10-K", "10-K/A", "10-KT", "10KSB", "10-K405/A", "10-KSB40"])
    def test_variants_of_a_form_are_one_family(self, world, form):
        assert raw(world([*others(0.3, form="10-K"), heard(1, 0.5, form=form)]), DAY) == [pytest.approx(0.2)]

    @pytest.mark.parametrize("form", ["NT 10-K", "20-F", "10-D", "4", "8-A12B"])
    def test_other_forms_do_not_count(self, world, form):
        assert raw(world([*others(0.3, form=form), heard(1, 0.5, form=form)]), DAY) == []

    def test_the_value_names_how_much_and_what_it_rests_on(self, world):
        tables = world([*others(), heard(1, 0.5), heard(1, 0.2, session=shift_session(DAY, 3))])
        values = filing_tone(
            tables["filing_tone"], tables["filings"], [DAY, shift_session(DAY, 3)], min_baseline=2
        ).filter(pl.col("instrument_id") == FIRST)
        assert values["inputs"].to_list() == [1, 2]
        assert values["newest_input"].to_list() == ["0000000099-24-000002", "0000000099-24-000003"]
        assert values["input_model"].unique().to_list() == ["lexicon-1"]


class TestMissing:
    def test_without_a_baseline_the_filing_does_not_count(self, world):
        assert raw(world([*others(), heard(1, 0.5)]), DAY, min_baseline=3) == [None]

    @pytest.mark.parametrize(
        "spoilt", [{"status": "suspect"}, {"status": "absent"}, {"net": None}, {"net": float("nan")}]
    )
    def test_a_filing_without_a_sound_score_gives_a_row_without_a_value(self, world, spoilt):
        tables = world([*others(), heard(1, 0.5) | spoilt])
        values = filing_tone(tables["filing_tone"], tables["filings"], [DAY], min_baseline=2)
        row = values.filter(pl.col("instrument_id") == FIRST).row(0, named=True)
        assert (row["raw"], row["inputs"], row["newest_input"]) == (None, 0, None)

    def test_a_spoilt_score_is_no_part_of_a_baseline(self, world):
        tables = world([*others(0.1), heard(7, 1.0, session=shift_session(DAY, -1), status="suspect"), heard(1, 0.5)])
        assert raw(tables, DAY) == [pytest.approx(0.4)]

    def test_only_whole_filings_count(self, world):
        assert raw(world([*others(), heard(1, 0.5, item="2.02")]), DAY) == []

    def test_a_company_is_followed_until_it_is_silent_for_a_year(self, world):
        tables = world([*others(), heard(1, 0.5)])
        assert raw(tables, shift_session(DAY, -1)) == []
        assert raw(tables, shift_session(DAY, 252)) == [None]
        assert raw(tables, shift_session(DAY, 253)) == []

    def test_no_filings_no_sessions_no_rows(self, world):
        empty, some = world([]), world([*others(), heard(1, 0.5)])
        assert raw(empty, DAY) == []
        assert filing_tone(some["filing_tone"], some["filings"], []).is_empty()
        assert (
            filing_tone(empty["filing_tone"], empty["filings"], [DAY]).schema
            == filing_tone(some["filing_tone"], some["filings"], [DAY]).schema
        )


class TestTime:
    def test_known_a_microsecond_before_the_close_is_in_time(self, world):
        just = session_close(DAY) - timedelta(microseconds=1)
        assert raw(world([*others(), heard(1, 0.5, known_at=just)]), DAY) == [pytest.approx(0.4)]

    def test_known_at_the_close_belongs_to_the_next_session(self, world):
        tables = world([*others(), heard(1, 0.5, known_at=session_close(DAY))])
        assert raw(tables, DAY) == []
        assert raw(tables, shift_session(DAY, 1)) == [pytest.approx(0.4)]

    def test_failure_case_18_after_the_close_stays_after_the_close(self, world):
        # U.S. Steel, 0001163302-25-000028: accepted 2025-05-01 16:21:59 Eastern, which is 20:21:59 UTC.
        day = date(2025, 5, 1)
        accepted = datetime(2025, 5, 1, 20, 21, 59, tzinfo=UTC)
        tables = world([*others(session=shift_session(day, -1)), heard(1, 0.5, known_at=accepted)])
        assert raw(tables, day) == []
        assert raw(tables, date(2025, 5, 2)) == [pytest.approx(0.4)]

    @pytest.mark.parametrize(
        ("known_at", "first_session"),
        [
            (datetime(2024, 11, 29, 17, 59, tzinfo=UTC), date(2024, 11, 29)),  # 12:59 on a half day
            (datetime(2024, 11, 29, 18, 0, tzinfo=UTC), date(2024, 12, 2)),  # 13:00, its close
            (datetime(2024, 11, 28, 15, 0, tzinfo=UTC), date(2024, 11, 29)),  # Thanksgiving
            (datetime(2024, 3, 8, 20, 59, tzinfo=UTC), date(2024, 3, 8)),  # 15:59 in winter time
            (datetime(2024, 3, 11, 20, 0, tzinfo=UTC), date(2024, 3, 12)),  # 16:00 in summer time
        ],
    )
    def test_failure_case_20_half_days_holidays_and_clock_changes(self, world, known_at, first_session):
        quiet = others(session=shift_session(first_session, -30))
        tables = world([*quiet, heard(1, 0.5, known_at=known_at)])
        assert raw(tables, shift_session(first_session, -1)) == []
        assert raw(tables, first_session) == [pytest.approx(0.4)]

    def test_a_filing_is_known_when_both_its_rows_are(self, world):
        tables = world([*others(), heard(1, 0.5)])
        later = session_open(shift_session(DAY, 2))
        newest = pl.col("accession") == "0000000099-24-000002"
        late = tables["filing_tone"].with_columns(known_at=pl.when(newest).then(later).otherwise("known_at"))
        assert raw(tables | {"filing_tone": late}, DAY) == []
        assert raw(tables | {"filing_tone": late}, shift_session(DAY, 2)) == [pytest.approx(0.4)]

    def test_a_later_version_makes_a_filing_neither_younger_nor_other(self, world):
        tables = world([*others(), heard(1, 0.5)])
        again = {
            name: pl.concat([frame, frame.with_columns(pl.col("known_at") + timedelta(days=10))])
            for name, frame in tables.items()
        }
        corrected = again["filing_tone"].with_columns(
            net=pl.when(pl.col("known_at") > session_close(DAY)).then(-1.0).otherwise("net")
        )
        days = [shift_session(DAY, age) for age in range(30)]
        assert raw(again | {"filing_tone": corrected}, *days) == raw(tables, *days)

    @pytest.mark.parametrize("turned", [False, True])
    def test_of_two_scores_that_become_known_with_the_filing_the_older_counts(self, world, turned):
        tables = world([*others(), heard(1, 0.5)])
        first = tables["filing_tone"].filter(pl.col("net") == 0.5)
        older = first.with_columns(known_at=session_open(DAY))
        newer = first.with_columns(known_at=session_open(DAY) + timedelta(hours=1), net=-1.0)
        rest = tables["filing_tone"].filter(pl.col("net") != 0.5)
        tables |= {"filing_tone": pl.concat([newer, older, rest] if turned else [older, newer, rest])}
        assert raw(tables, DAY) == [pytest.approx(0.4)]

    def test_an_old_filing_scored_again_is_no_news(self, world):
        tables = world([*others(), heard(1, 0.5, session=shift_session(DAY, -600)), heard(1, 0.9, form="4")])
        again = tables["filing_tone"].filter(pl.col("net") == 0.5).with_columns(known_at=session_open(DAY))
        tables |= {"filing_tone": pl.concat([tables["filing_tone"], again])}
        assert raw(tables, DAY) == []

    def test_a_first_sound_score_counts_from_the_day_it_is_known(self, world):
        tables = world([*others(), heard(1, 0.9, status="suspect")])
        repaired = (
            tables["filing_tone"]
            .tail(1)
            .with_columns(net=0.5, status=pl.lit("ok"), known_at=pl.col("known_at") + timedelta(days=1))
        )
        tables |= {"filing_tone": pl.concat([tables["filing_tone"], repaired])}
        assert raw(tables, DAY, shift_session(DAY, 1)) == [None, pytest.approx(0.4)]

    def test_values_are_the_same_bits_asked_for_together_or_apart(self, world):
        days = sessions(date(2024, 1, 2), date(2024, 12, 31))
        filings = [heard(1 + number % 3, 0.1 * (number % 7) - 0.2, session=day) for number, day in enumerate(days)]
        tables = world(filings)
        asked = days[::7]
        together = filing_tone(tables["filing_tone"], tables["filings"], asked)
        apart = [filing_tone(tables["filing_tone"], tables["filings"], [day]) for day in asked]
        assert_frame_equal(pl.concat(apart), together, check_exact=True)


class TestWhoseFilingItIs:
    def test_failure_case_25_an_amendment_adds_and_replaces_nothing(self, world):
        annual, part_three = heard(1, 0.5, form="10-K"), heard(1, 0.1, form="10-K/A")
        base = others(0.1, form="10-K")
        assert raw(world([*base, annual, part_three]), DAY) == raw(world([*base, annual]), DAY)

    def test_failure_case_30_a_filing_counts_for_each_registrant_once(self, world):
        shared = {"accession": "0001193125-25-181883"}
        tables = world(
            [
                *others(),
                heard(1, 0.5, **shared),
                heard(1, 0.5, role="co_registrant", **shared),
                heard(2, 0.5, role="co_registrant", **shared),
                heard(3, 0.7, session=shift_session(DAY, 1)),
            ]
        )
        assert raw(tables, DAY) == [pytest.approx(0.4)]
        assert raw(tables, DAY, of=InstrumentId.mint(Cik(2))) == [pytest.approx(0.4)]
        # One text, so one voice in the baseline: (0.1 + 0.1 + 0.5) / 3.
        third = raw(tables, shift_session(DAY, 1), of=InstrumentId.mint(Cik(3)))
        assert third == [pytest.approx(0.7 - 0.7 / 3)]

    def test_failure_case_30_one_accession_under_two_forms_is_heard_in_each_family(self, world):
        shared = {"accession": "0000950123-10-073332"}
        tables = world(
            [*others(0.1), *others(0.2, form="10-Q"), heard(1, 0.5, **shared), heard(2, 0.5, form="10-Q", **shared)]
        )
        assert raw(tables, DAY) == [pytest.approx(0.4)]
        assert raw(tables, DAY, of=InstrumentId.mint(Cik(2))) == [pytest.approx(0.3)]

    def test_a_registrant_who_is_named_later_counts_from_then_and_the_text_once(self, world):
        shared, later = {"accession": "0001193125-25-181883"}, shift_session(DAY, 3)
        third = heard(3, 0.7, session=shift_session(DAY, 5))
        tables = world([*others(), heard(1, 0.5, **shared), heard(4, 0.1), third])
        named_later = (
            tables["filings"]
            .filter(pl.col("cik") == 1)
            .with_columns(cik=pl.lit(2, pl.Int64), known_at=session_open(later))
        )
        tables |= {"filings": pl.concat([tables["filings"], named_later])}
        baseline = (0.1 + 0.1 + 0.5 + 0.1) / 4
        assert raw(tables, later, of=InstrumentId.mint(Cik(2))) == [pytest.approx(0.5 - baseline)]
        assert raw(tables, third["known_at"].date(), of=InstrumentId.mint(Cik(3))) == [pytest.approx(0.7 - baseline)]

    def test_a_text_that_speaks_before_the_window_does_not_speak_again_in_it(self, world):
        shared, start = {"accession": "0001193125-25-181883"}, shift_session(DAY, -252)
        tables = world([*others(0.1), heard(5, 1.0, session=shift_session(start, -1), **shared), heard(1, 0.5)])
        renamed = (
            tables["filings"]
            .filter(pl.col("cik") == 5)
            .with_columns(cik=pl.lit(6, pl.Int64), known_at=session_open(start))
        )
        tables |= {"filings": pl.concat([tables["filings"], renamed])}
        assert raw(tables, DAY, max_age=1) == raw(tables, DAY, max_age=200) == [pytest.approx(0.4)]

    @pytest.mark.parametrize("role", ["owner", "filed_by", "agent"])
    def test_failure_case_32_nobody_but_an_issuer_speaks_for_its_shares(self, world, role):
        assert raw(world([*others(), heard(1, 0.5, role=role)]), DAY) == []

    def test_ids_are_those_that_are_minted(self, world):
        tables = world([heard(320193, 0.5), heard(9_999_999_999, 0.5)])
        values = filing_tone(tables["filing_tone"], tables["filings"], [DAY])
        assert values["instrument_id"].to_list() == [InstrumentId.mint(Cik(n)) for n in (320193, 9_999_999_999)]


class TestContributions:
    def test_the_parts_add_up_to_the_value(self, world):
        filings = [
            heard(number % 5 + 1, number % 9 / 10 - 0.4, session=shift_session(DAY, number)) for number in range(150)
        ]
        tables, day = world(filings), shift_session(DAY, 150)
        parts = contributions(tables["filing_tone"], tables["filings"], FIRST, day)
        value = FACTOR.compute(tables, [day]).filter(pl.col("instrument_id") == FIRST).row(0, named=True)
        assert parts["part"].sum() == pytest.approx(value["raw"], abs=1e-12)
        assert parts.height == value["inputs"]
        assert parts["accession"][-1] == value["newest_input"]

    def test_each_part_shows_its_working(self, world):
        tables = world([*(filing for _ in range(10) for filing in others(0.1)), heard(1, 0.5)])
        part = contributions(tables["filing_tone"], tables["filings"], FIRST, shift_session(DAY, 21)).row(0, named=True)
        assert part == {
            "accession": "0000000099-24-000020",
            "form": "8-K",
            "known_at": session_close(DAY) - timedelta(hours=1),
            "age": 21,
            "net": 0.5,
            "baseline": pytest.approx(0.1),
            "surprise": pytest.approx(0.4),
            "weight": 0.5,
            "part": pytest.approx(0.2),
        }

    def test_a_value_that_is_null_has_no_parts(self, world):
        tables = world([heard(1, 0.5)])
        assert contributions(tables["filing_tone"], tables["filings"], FIRST, DAY).is_empty()


@st.composite
def histories(draw) -> list[dict]:
    days = draw(st.lists(st.integers(0, 400), min_size=1, max_size=25))
    return [
        heard(
            draw(st.integers(1, 3)),
            draw(st.floats(-1, 1, allow_subnormal=False)),
            session=shift_session(date(2023, 1, 3), day),
            form=draw(st.sampled_from(["8-K", "10-Q"])),
        )
        for day in days
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(), day=st.integers(0, 420))
def test_every_value_follows_the_formula(world, history, day):
    session = shift_session(date(2023, 1, 3), day)
    tables = world(history)
    for cik in (1, 2, 3):
        expected = by_the_formula(history, session, cik=cik, least=2)
        found = raw(tables, session, of=InstrumentId.mint(Cik(cik))) or [None]
        assert found == [expected if expected is None else pytest.approx(expected, abs=1e-12)]


class TestRefusals:
    def test_scores_of_two_models_cannot_be_mixed(self, world):
        tables = world([heard(1, 0.5), heard(2, 0.5, model_version="lexicon-2")])
        with pytest.raises(InvalidInput, match=r"lexicon-1, lexicon-2.*Filter"):
            raw(tables, DAY)

    def test_a_sunday_is_no_session(self, world):
        with pytest.raises(InvalidInput, match="2024-03-03"):
            raw(world([heard(1, 0.5)]), date(2024, 3, 3))

    @pytest.mark.parametrize("option", ["half_life", "max_age", "baseline_sessions", "min_baseline"])
    def test_settings_below_one_are_refused(self, world, option):
        with pytest.raises(InvalidInput, match=option):
            raw(world([heard(1, 0.5)]), DAY, **{option: 0})


def test_weights_fall_strictly_with_age(world):
    values = raw(world([*others(), heard(1, 0.5)]), *(shift_session(DAY, age) for age in range(127)))
    assert all(older > younger > 0 for older, younger in pairwise(values))


def test_the_score_takes_the_factor_as_it_is():
    told = [metrics_of(SCORED, days=days, filing_tone=-0.25)["filing_tone"] for days in (0, 200, 201)]
    assert told == [-0.25, -0.25, None]
    assert directions_of(SCORED) == {"filing_tone": FACTOR.direction}
