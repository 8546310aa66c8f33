"""Two end states are equal only if everything visible is; each kind of loss is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from faults.busiest_day import growth
from faults.equal import State, differences
from faults.scenario import SCENARIOS, Scenario, Trial, undergo

CALM = State(
    ledger={"1": ("scored", "", "8-K"), "2": ("fetched", "", "4")},
    tables={"filings": [("1", "8-K"), ("2", "4")], "filing_tone": [("1", (0.5).hex())]},
    blobs={"ab/cd": b"bytes"},
    queue=0,
    dead=(),
    runs={"ok": 1},
)


def test_equal_states_have_no_differences_whatever_ran():
    assert differences(CALM, replace(CALM, runs={"ok": 3, "running": 2})) == []


@pytest.mark.parametrize(
    ("got", "told"),
    [
        (replace(CALM, ledger={"1": ("scored", "", "8-K")}), "1 filings missing, as 2"),
        (replace(CALM, ledger=CALM.ledger | {"3": ("scored", "", "4")}), "1 filings too many, as 3"),
        (replace(CALM, ledger=CALM.ledger | {"1": ("failed", "truncated", "8-K")}), "1 filings differ, as 1 is"),
        (replace(CALM, tables=CALM.tables | {"filings": [("1", "8-K")]}), "table filings: 1 rows missing"),
        (replace(CALM, tables=CALM.tables | {"filings": [("1", "8-K")] * 2 + [("2", "4")]}), "1 rows too many"),
        (replace(CALM, tables=CALM.tables | {"filing_tone": [("1", (0.5000000000000001).hex())]}), "table filing_tone"),
        (replace(CALM, blobs={}), "1 blobs missing"),
        (replace(CALM, blobs={"ab/cd": b"other"}), "1 blobs differ"),
        (replace(CALM, queue=1), "1 messages are left"),
        (replace(CALM, dead=("7",)), "1 dead letters: 7"),
    ],
)
def test_every_kind_of_difference_is_told(got, told):
    assert any(told in each for each in differences(CALM, got))


def test_memory_that_grows_through_the_second_half_is_seen_and_a_warm_up_is_not():
    warm = [50.0] * 10 + [100.0] * 30
    leaking = [100.0 + 2.0 * sample for sample in range(40)]
    assert growth(warm) == 1.0
    assert growth(leaking) > 1.15


class TestATrial:
    def undergone(self, strike, tmp_path):
        one = Scenario("name", "fault", "cause", "sees", "survives", strike, long=False)
        return undergo(one, Trial(None, tmp_path, seed=7, runs=1, quick=True))

    def test_without_complaints_it_is_green(self, tmp_path):
        def calm(trial):
            trial.done += 1

        assert self.undergone(calm, tmp_path)["green"]

    def test_a_complaint_an_error_and_no_run_at_all_are_not_green(self, tmp_path):
        def complains(trial):
            trial.done += 1
            trial.expect(not trial.done, "it rained")

        def raises(_trial):
            raise OSError("no")

        for strike in (complains, raises, bool):
            assert not self.undergone(strike, tmp_path)["green"]

    def test_one_that_cannot_be_tried_here_says_why_and_is_not_green(self, tmp_path):
        evidence = self.undergone(lambda trial: trial.skip("only root may"), tmp_path)
        assert (evidence["green"], evidence["skipped"], evidence["complaints"]) == (False, "only root may", [])


def test_the_scenarios_have_names_of_their_own():
    assert all(name == one.name for name, one in SCENARIOS.items())
