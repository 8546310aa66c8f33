"""Turns, on many clocks at once: sharers that come late, die, hold and disagree, event by event.

The numbers are worked out by hand from a window of 1.035 s and a spacing of 1.0375 s for the requests of one second:
0.1296875 s at eight a second, 0.51875 s at two.
"""

from __future__ import annotations

import heapq
import itertools
import json
import math
import random
import time
import zlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.core.errors import InvalidInput
from edgewise.core.turns import LONGEST_HOLD_S, Instant, Pace, Turns, kept, machine_instant, restored


def most_in_one_second(leaving):
    """Return the largest count in any window of one second, by looking at each."""
    return max(sum(start <= instant < start + 1 for instant in leaving) for start in leaving)


def played(sharers, *, rate=8.0, late=lambda: 0.0, until=8.0, dies=lambda: False, busy=lambda: 0.0):
    """Return (instant, sharer) of every departure when each sharer asks again `busy()` seconds after it left.

    late: seconds by which a sleeper oversleeps. dies: whether a sleeper is killed in its sleep.
    """
    turns, left = Turns(), []
    events = [(0.001 * sharer, sharer, None) for sharer in range(sharers)]
    while events:
        now, sharer, place = heapq.heappop(events)
        if now > until:
            continue
        turn = turns.ask(place, Pace(rate), now, patience_s=math.inf)
        if not turn.wait_s:
            left.append((now, sharer))
            heapq.heappush(events, (now + 1e-4 + busy(), sharer, None))
        elif not dies():
            heapq.heappush(events, (now + turn.wait_s + late(), sharer, replace(turn.place)))
    return left


class TestExactly:
    def test_eight_a_second_leave_three_eightieths_more_than_an_eighth_apart(self):
        left = played(1, until=2.08)
        assert [instant for instant, _ in left] == pytest.approx([0.1296875 * turn for turn in range(17)], abs=1e-4)

    def test_a_sharer_that_comes_late_does_not_delay_those_behind(self):
        late = iter([0.05])
        left = [instant for instant, _ in played(2, late=lambda: next(late, 0.0), until=0.6)]
        assert left == pytest.approx([0, 0.1796875, 0.259375, 0.3890625, 0.51875], abs=1e-3)

    def test_the_one_behind_a_late_one_keeps_half_the_distance(self):
        late = iter([0.09])
        left = [instant for instant, _ in played(2, late=lambda: next(late, 0.0), until=0.4)]
        assert left[1] == pytest.approx(0.2196875, abs=1e-3)
        assert left[2] == pytest.approx(0.2196875 + 0.06484375, abs=1e-3)

    def test_the_slot_of_a_killed_sleeper_stays_empty_and_is_made_up_for(self):
        fates = iter([True])
        left = [instant for instant, _ in played(3, dies=lambda: next(fates, False), until=0.7)]
        assert left == pytest.approx([0, 0.259375, 0.3890625, 0.45390625, 0.51875, 0.6484375], abs=2e-3)

    def test_who_was_taken_for_dead_and_comes_back_goes_first(self):
        turns, pace = Turns(), Pace(1)
        turns.ask(None, pace, 0.0, patience_s=9)
        slow = turns.ask(None, pace, 0.0, patience_s=9).place
        other = turns.ask(None, pace, 0.0, patience_s=9).place
        assert turns.ask(None, pace, 1.9, patience_s=9).wait_s > 0
        assert slow.number not in [place.number for place in turns.line]
        assert turns.ask(slow, pace, 2.0, patience_s=9).wait_s == 0
        assert turns.ask(other, pace, 2.05, patience_s=9).wait_s == pytest.approx(0.985)


@given(
    seed=st.integers(0, 2**32),
    sharers=st.integers(1, 9),
    rate=st.one_of(st.floats(0.2, 10.0), st.integers(1, 10).map(float)),
    latest=st.sampled_from([0.0, 0.002, 0.05, 0.4, 3.0]),
    longest_rest=st.sampled_from([0.0, 0.3, 2.0]),
    mortality=st.sampled_from([0.0, 0.02]),
)
def test_failure_case_41_no_second_ever_sees_more_than_the_rate(  # noqa: PLR0917 - hypothesis passes by name
    seed, sharers, rate, latest, longest_rest, mortality
):
    draw = random.Random(seed)
    left = played(
        sharers,
        rate=rate,
        late=lambda: draw.uniform(0, latest),
        busy=lambda: draw.uniform(0, longest_rest),
        dies=lambda: draw.random() < mortality,
    )
    assert most_in_one_second([instant for instant, _ in left]) <= max(1, math.floor(rate))


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32), sharers=st.integers(1, 9))
def test_sleepers_up_to_20_ms_late_still_use_more_than_95_percent_and_everyone_gets_the_same(seed, sharers):
    draw = random.Random(seed)
    left = played(sharers, late=lambda: draw.uniform(0, 0.02), until=15.0)
    instants = [instant for instant, _ in left]
    assert (len(instants) - 1) / (instants[-1] - instants[0]) >= 0.95 * 8
    counts = [sum(who == sharer for _, who in left) for sharer in range(sharers)]
    assert max(counts) - min(counts) <= 2  # one at the beginning, one at the end


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32))
def test_nobody_waits_for_more_than_the_length_of_the_line(seed):
    draw = random.Random(seed)
    left = played(5, late=lambda: draw.uniform(0, 0.02), busy=lambda: draw.uniform(0, 0.5))
    for sharer in range(5):
        own = [instant for instant, who in left if who == sharer]
        # Its rest, four others and itself, one of them late by a slot.
        assert max(after - before for before, after in itertools.pairwise(own)) < 0.5 + 6 * 0.1296875 + 0.05


def test_a_departure_that_did_not_happen_costs_no_slot():
    turns, pace = Turns(), Pace(1)
    turns.ask(None, pace, 0.0, patience_s=9)
    place = turns.ask(None, pace, 0.0, patience_s=9).place
    assert turns.ask(place, pace, 1.0375, patience_s=9).wait_s == 0
    assert turns.ask(place, pace, 1.1375, patience_s=9, void=1.0375).wait_s == 0
    assert turns.left == [0.0, 1.1375]
    assert turns.ask(None, pace, 1.1375, patience_s=9).wait_s == pytest.approx(1.035)


class TestHolds:
    def test_nobody_leaves_during_a_hold_and_they_leave_spaced_after_it(self):
        turns, pace = Turns(), Pace(8)
        turns.hold(10, now=5.0)
        turns.hold(2, now=6.0)
        first = turns.ask(None, pace, 6.0, patience_s=60)
        assert (first.wait_s, first.held) == (9.0, True)
        second = turns.ask(None, pace, 6.0, patience_s=60)
        assert turns.ask(first.place, pace, 15.0, patience_s=60).wait_s == 0
        assert turns.ask(second.place, pace, 15.0, patience_s=60).wait_s >= 0.0648

    def test_a_hold_reaches_those_who_already_sleep(self):
        turns, pace = Turns(), Pace(8)
        turns.ask(None, pace, 0.0, patience_s=60)
        sleeper = turns.ask(None, pace, 0.0, patience_s=60).place
        turns.hold(30, now=0.05)
        assert turns.ask(sleeper, pace, sleeper.due, patience_s=60).wait_s == pytest.approx(30.05 - sleeper.due)

    def test_who_has_less_patience_is_told_at_once_and_keeps_no_place(self):
        turns, pace = Turns(), Pace(8)
        turns.hold(600, now=0.0)
        turn = turns.ask(None, pace, 0.0, patience_s=60)
        assert (turn.place, turn.wait_s, turns.line) == (None, 600, [])

    def test_a_hostile_wish_ends_after_an_hour(self):
        turns = Turns()
        turns.hold(math.inf, now=0.0)
        assert turns.ask(None, Pace(8), 0.0, patience_s=math.inf).wait_s == LONGEST_HOLD_S


class TestAgreement:
    def test_the_slowest_rate_asked_for_in_the_last_minute_is_in_force(self):
        turns = Turns()
        turns.ask(None, Pace(2), 100.0, patience_s=60)
        assert turns.slowest_per_s == 2
        assert turns.ask(None, Pace(8), 100.0, patience_s=60).wait_s == pytest.approx(0.51875)
        assert turns.slowest_per_s == 2
        turns.ask(None, Pace(8), 161.0, patience_s=60)
        assert turns.slowest_per_s == 8

    @pytest.mark.parametrize("rate", [0, -1, 10.01, 100, math.nan, math.inf])
    def test_a_rate_the_sec_does_not_allow_is_refused(self, rate):
        with pytest.raises(InvalidInput, match="at most 10"):
            Pace(rate)


class TestRecords:
    HERE = Instant("boot-1", 1000.0, 5_000_000.0)

    def written(self):
        turns = Turns()
        for _ in range(3):
            turns.ask(None, Pace(8), 1000.0, patience_s=60)
        turns.hold(600, 1000.0)
        return turns

    def test_what_is_kept_is_restored(self):
        turns = self.written()
        assert restored(kept(turns, self.HERE), self.HERE) == turns
        assert restored(kept(Turns(), self.HERE), self.HERE) == Turns()
        assert restored("", self.HERE) == Turns()

    def test_what_is_left_of_a_longer_line_is_not_read(self):
        turns = self.written()
        assert restored(kept(turns, self.HERE) + "0, 1]}\n}", self.HERE) == turns

    def test_a_damaged_record_costs_one_second_and_no_more(self):
        record = kept(self.written(), self.HERE)
        for cut in range(1, len(record) - 1):
            turns = restored(record[:cut], self.HERE)
            turn = turns.ask(None, Pace(8), 1000.0, patience_s=60)
            assert turn.wait_s == pytest.approx(1.035)
            assert turns.ask(turn.place, Pace(8), 1001.0351, patience_s=60).wait_s == 0

    @settings(max_examples=30)
    @given(st.one_of(st.text(min_size=1, max_size=40), st.sampled_from(["00000000 ", "00000000 \n", "\0" * 400])))
    def test_no_content_breaks_the_reader(self, record):
        turns = restored(record, self.HERE)
        assert 1 <= turns.ask(None, Pace(8), 1000.0, patience_s=60).wait_s <= 1.1

    def test_a_field_of_a_newer_version_does_no_harm(self):
        state = json.loads(kept(self.written(), self.HERE).partition(" ")[2])
        state["turns"]["new"] = 1
        text = json.dumps(state)
        assert restored(f"{zlib.crc32(text.encode()):08x} {text}\n", self.HERE) == self.written()

    def test_after_a_reboot_the_rest_of_a_hold_is_measured_by_the_wall_clock(self):
        rebooted = Instant("boot-2", 12.0, self.HERE.wall + 90)
        turns = restored(kept(self.written(), self.HERE), rebooted)
        assert turns.ask(None, Pace(8), 12.0, patience_s=9999).wait_s == pytest.approx(510)

    @pytest.mark.parametrize(("wall_by", "wait_s"), [(-1e6, 600), (700, 1.035)])
    def test_a_wall_clock_that_jumped_across_a_reboot_cannot_prolong_a_hold(self, wall_by, wait_s):
        rebooted = Instant("boot-2", 12.0, self.HERE.wall + wall_by)
        turns = restored(kept(self.written(), self.HERE), rebooted)
        assert turns.ask(None, Pace(8), 12.0, patience_s=9999).wait_s == pytest.approx(wait_s)


class TestJumps:
    def test_a_clock_that_goes_back_costs_no_more_than_a_second(self):
        turns, pace = Turns(), Pace(8)
        places = [turns.ask(None, pace, 1000.0, patience_s=60).place for _ in range(3)]
        assert turns.ask(places[1], pace, 400.0, patience_s=60).wait_s <= 1.0351
        assert turns.ask(None, pace, 402.0, patience_s=60).wait_s < 0.2

    def test_a_hold_keeps_its_length_when_the_clock_goes_back(self):
        turns = Turns()
        turns.ask(None, Pace(8), 1000.0, patience_s=60)
        turns.hold(600, 1000.0)
        assert turns.ask(None, Pace(8), 10.0, patience_s=9999).wait_s == pytest.approx(600)

    def test_turns_that_are_distrusted_count_as_just_left(self):
        turns, pace = Turns(), Pace(2)
        turns.ask(None, pace, 0.0, patience_s=60)
        turns.ask(turns.ask(None, pace, 0.0, patience_s=60).place, pace, 0.6, patience_s=60)
        turns.distrust(3600.0)
        assert turns.ask(None, pace, 3600.0, patience_s=60).wait_s == pytest.approx(0.51875, abs=0.1)


def test_the_clock_of_the_machine_is_one_for_all_and_runs():
    first, second = machine_instant(), machine_instant()
    assert first.epoch == second.epoch
    assert first.now <= second.now
    assert second.wall == pytest.approx(time.time(), abs=60)
