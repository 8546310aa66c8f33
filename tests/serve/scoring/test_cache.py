"""The cache keeps what was asked for last, within its bytes."""

from hypothesis import given
from hypothesis import strategies as st

from edgewise.serve.scoring.cache import ByteCache


def cache_of(limit):
    told = []
    return ByteCache(limit, len, told.append), told


def test_what_was_asked_for_least_recently_makes_room():
    cache, _ = cache_of(10)
    cache.keep("a", "1234")
    cache.keep("b", "1234")
    assert cache.get("a") == "1234"
    cache.keep("c", "1234")
    assert [cache.get(key) for key in "abc"] == ["1234", None, "1234"]
    assert cache.bytes == 8


def test_a_value_that_is_larger_than_all_of_it_is_not_kept_and_drives_nothing_out():
    cache, _ = cache_of(10)
    cache.keep("a", "1234")
    cache.keep("b", "x" * 11)
    assert (cache.get("a"), cache.get("b")) == ("1234", None)


def test_the_same_key_again_replaces_and_counts_once():
    cache, _ = cache_of(10)
    cache.keep("a", "1234")
    cache.keep("a", "12")
    assert (cache.get("a"), cache.bytes, len(cache)) == ("12", 2, 1)


def test_a_cache_without_bytes_keeps_nothing():
    cache, _ = cache_of(0)
    cache.keep("a", "1")
    assert (cache.get("a"), len(cache)) == (None, 0)


def test_every_look_up_is_told():
    cache, told = cache_of(10)
    cache.get("a")
    cache.keep("a", "1")
    cache.get("a")
    assert told == [False, True]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 12)), max_size=40), st.integers(0, 20))
def test_its_bytes_are_those_of_what_it_holds_and_never_above_the_limit(steps, limit):
    cache, _ = cache_of(limit)
    for key, size in steps:
        cache.keep(key, "x" * size)
        held = [value for key in range(6) if (value := cache.get(key)) is not None]
        assert cache.bytes == sum(map(len, held)) <= limit
        assert len(cache) == len(held)
