"""What every first-seen set does, whatever keeps it. Further adapters are added to `PLACES`."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import delete

from edgewise.adapters.aws import DynamoSeen, create_seen, open_seen
from edgewise.adapters.sql import SqlSeen, open_database
from edgewise.adapters.sql.models import seen as seen_table
from edgewise.core.errors import InvalidInput

PLACES = ["sqlite", "postgresql", "dynamodb"]
NUMBERS = itertools.count()
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
SOON, LATE = NOON + timedelta(minutes=5), NOON + timedelta(days=30)
A_MOMENT = timedelta(microseconds=1)


@pytest.fixture(params=PLACES)
def opened(request):
    """Return a function that opens the same empty set, as another process would."""
    if request.param == "dynamodb":
        request.getfixturevalue("aws_endpoint")
        url = f"dynamodb://contract-{next(NUMBERS)}"
        create_seen(url)
        yield lambda: open_seen(url)
        return
    url, database = request.getfixturevalue(f"{request.param}_with_tables")
    with database.write() as connection:
        connection.execute(delete(seen_table))
    others = []

    def another():
        others.append(open_database(url))
        return SqlSeen(others[-1])

    yield another
    for other in others:
        other.close()


@pytest.fixture
def seen(opened):
    return opened()


class TestClaim:
    def test_who_comes_first_gets_all_and_who_comes_second_none(self, seen, opened):
        assert seen.claim(["a", "b"], at=NOON, until=SOON) == {"a", "b"}
        assert opened().claim(["a", "b"], at=NOON, until=SOON) == set()
        assert seen.claim(["a"], at=NOON, until=LATE) == set()

    def test_only_what_is_new_is_won(self, seen):
        seen.claim(["a", "b"], at=NOON, until=SOON)
        assert seen.claim(["b", "c", "a", "d"], at=NOON, until=SOON) == {"c", "d"}

    def test_failure_case_44_a_key_named_twice_is_won_once(self, seen):
        assert seen.claim(["a", "a"], at=NOON, until=SOON) == {"a"}

    def test_no_keys_are_no_error(self, seen):
        assert seen.claim([], at=NOON, until=SOON) == set()
        seen.keep([], until=SOON)
        seen.forget([])

    def test_it_ends_at_its_end_and_not_a_moment_before(self, seen):
        seen.claim(["a"], at=NOON, until=SOON)
        assert seen.claim(["a"], at=SOON - A_MOMENT, until=LATE) == set()
        assert seen.claim(["a"], at=SOON, until=LATE) == {"a"}
        assert seen.claim(["a"], at=LATE - A_MOMENT, until=LATE) == set()

    def test_losing_a_claim_does_not_lengthen_it(self, seen):
        seen.claim(["a"], at=NOON, until=SOON)
        seen.claim(["a"], at=NOON, until=LATE)
        assert seen.claim(["a"], at=SOON, until=LATE) == {"a"}

    def test_instants_count_wherever_they_were_told(self, seen):
        eastern = timezone(timedelta(hours=-4))
        seen.claim(["a"], at=NOON.astimezone(eastern), until=SOON.astimezone(eastern))
        assert seen.claim(["a"], at=SOON - A_MOMENT, until=LATE) == set()
        assert seen.claim(["a"], at=SOON.astimezone(eastern), until=LATE) == {"a"}

    def test_capitals_and_signs_tell_keys_apart(self, seen):
        keys = {"a", "A", "a.", "a%", "a_", "a'--", "0" * 255, "https://example.test/a?b=c&d#e"}
        assert seen.claim(sorted(keys), at=NOON, until=SOON) == keys

    @pytest.mark.parametrize("key", ["", "a b", "\x00", "é", "k" * 256, "a\n"])
    def test_a_key_of_other_characters_is_refused_and_none_is_claimed(self, seen, key):
        with pytest.raises(InvalidInput, match="cannot be a key"):
            seen.claim(["a", key], at=NOON, until=SOON)
        assert seen.claim(["a"], at=NOON, until=SOON) == {"a"}

    @pytest.mark.parametrize("times", [(NOON.replace(tzinfo=None), SOON), (NOON, SOON.replace(tzinfo=None))])
    def test_an_instant_without_a_zone_is_refused(self, seen, times):
        with pytest.raises(InvalidInput, match="has no zone"):
            seen.claim(["a"], at=times[0], until=times[1])

    def test_a_long_list_is_no_trouble(self, seen):
        # DynamoDB asks for each key by itself, and moto's answer to each takes its time.
        size = 130 if isinstance(seen, DynamoSeen) else 2_300
        many = {f"k{number}" for number in range(size)}
        assert seen.claim(sorted(many), at=NOON, until=SOON) == many
        assert seen.claim([*sorted(many), "new"], at=NOON, until=SOON) == {"new"}
        seen.forget(sorted(many))
        assert seen.claim(["k0", f"k{size - 1}", "new"], at=NOON, until=SOON) == {"k0", f"k{size - 1}"}


class TestKeepAndForget:
    def test_kept_it_is_held_longer(self, seen):
        seen.claim(["a", "b"], at=NOON, until=SOON)
        seen.keep(["a", "a"], until=LATE)
        assert seen.claim(["a", "b"], at=SOON, until=LATE) == {"b"}
        assert seen.claim(["a"], at=LATE, until=LATE + A_MOMENT) == {"a"}

    def test_keeping_never_shortens(self, seen):
        seen.claim(["a"], at=NOON, until=LATE)
        seen.keep(["a"], until=SOON)
        assert seen.claim(["a"], at=SOON, until=LATE) == set()

    def test_what_nobody_claimed_can_be_kept(self, seen):
        seen.keep(["a"], until=SOON)
        assert seen.claim(["a"], at=NOON, until=SOON) == set()
        assert seen.claim(["a"], at=SOON, until=LATE) == {"a"}

    def test_forgotten_it_can_be_claimed_at_once_and_its_neighbour_not(self, seen):
        seen.claim(["a", "b"], at=NOON, until=LATE)
        seen.forget(["a", "a", "never-seen"])
        assert seen.claim(["a", "b"], at=NOON, until=LATE) == {"a"}

    def test_an_end_without_a_zone_is_refused(self, seen):
        with pytest.raises(InvalidInput, match="has no zone"):
            seen.keep(["a"], until=SOON.replace(tzinfo=None))


@pytest.mark.parametrize("ended", [False, True], ids=["new", "ended"])
def test_of_eight_rivals_exactly_one_wins_each_key(opened, ended):
    keys = [f"k{number}" for number in range(40)]
    if ended:
        opened().claim(keys, at=NOON - timedelta(hours=1), until=NOON)
    rivals = [opened() for _ in range(8)]
    gate = threading.Barrier(8)

    def claim(number):
        order = keys[5 * number :] + keys[: 5 * number]
        gate.wait()
        return [key for part in (order[:20], order[20:]) for key in rivals[number].claim(part, at=NOON, until=SOON)]

    with ThreadPoolExecutor(8) as pool:
        won = list(itertools.chain.from_iterable(pool.map(claim, range(8))))
    assert sorted(won) == sorted(keys)
