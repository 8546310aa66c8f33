"""What every executor does, whatever runs the work. Adapters with a network of their own are added to `OPENERS`."""

import importlib
import itertools
from pathlib import Path

import pytest

from edgewise.adapters.local import ProcessPool, ThisProcess
from edgewise.core.errors import InvalidInput, Permanent, Throttled, Transient


def open_ray_here():
    from edgewise.adapters.ray import open_ray  # noqa: PLC0415 - Ray takes seconds to import

    return open_ray("ray://local?workers=2")


OPENERS = {"this_process": ThisProcess, "process_pool": lambda: ProcessPool(2), "ray": open_ray_here}
# One worker of the test run starts Ray, and all of its tests go there: it takes seconds and hundreds of megabytes.
PARAMETERS = [pytest.param(opener, id=name, marks=pytest.mark.xdist_group(name)) for name, opener in OPENERS.items()]
READ_AHEAD = 4  # two items for each of two workers


@pytest.fixture(scope="module")
def errands():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[1] / "adapters" / "local")
        yield importlib.import_module("errands")


@pytest.fixture(scope="module", params=PARAMETERS)
def executor(request, errands):  # noqa: ARG001 - workers copy the import path when they start
    with request.param() as opened:
        yield opened


@pytest.fixture(params=PARAMETERS[1:])
def elsewhere(request, errands):  # noqa: ARG001 - as above
    """An executor whose work can die without us."""
    with request.param() as opened:
        yield opened


def test_results_come_in_the_order_of_the_items(executor, errands):
    assert list(executor.map(errands.late_if_even, range(12))) == list(range(12))


def test_no_items_give_no_results(executor, errands):
    assert list(executor.map(errands.square, [])) == []


def test_an_executor_can_be_used_again_and_again(executor, errands):
    for _ in range(3):
        assert list(executor.map(errands.square, [2, 3])) == [4, 9]


def test_two_maps_may_be_read_in_turns(executor, errands):
    pairs = zip(executor.map(errands.square, range(6)), executor.map(abs, range(6)), strict=True)
    assert list(pairs) == [(0, 0), (1, 1), (4, 2), (9, 3), (16, 4), (25, 5)]


def test_endless_input_is_read_only_a_little_ahead(executor, errands):
    taken = []
    numbers = (taken.append(number) or number for number in itertools.count())
    for position, result in enumerate(itertools.islice(executor.map(errands.square, numbers), 50)):
        assert result == position**2
        assert len(taken) <= position + READ_AHEAD


def test_nothing_is_read_before_the_first_result_is_asked_for(executor, errands):
    untouched = iter([1, 2, 3])
    executor.map(errands.square, untouched)
    assert next(untouched) == 1


def test_an_error_of_the_function_comes_in_its_turn(executor, errands):
    results = executor.map(errands.fail_at_three, range(10))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ZeroDivisionError, match="three"):
        next(results)


def test_an_error_of_the_input_comes_after_the_results_before_it(executor, errands):
    def items():
        yield from (1, 2)
        raise KeyError("source dried up")

    results = executor.map(errands.square, items())
    assert [next(results), next(results)] == [1, 4]
    with pytest.raises(KeyError, match="dried up"):
        next(results)


def test_our_errors_keep_their_type_and_all_they_carry(executor, errands):
    with pytest.raises(Throttled) as caught:
        list(executor.map(errands.throttled, [7.5]))
    error = caught.value
    assert (error.what, error.advice, error.code, error.retry_after_s) == ("slow down", "Wait.", "http_429", 7.5)


def test_work_goes_on_after_an_error(executor, errands):
    with pytest.raises(ZeroDivisionError):
        list(executor.map(errands.fail_at_three, range(10)))
    assert list(executor.map(errands.square, [5])) == [25]


def test_results_nobody_reads_to_the_end_do_no_harm(executor, errands):
    assert next(executor.map(errands.square, itertools.count(3))) == 9
    assert list(executor.map(errands.square, [4])) == [16]


def test_a_worker_leaves_the_other_processors_to_the_others(elsewhere, errands):
    assert set(elsewhere.map(errands.polars_threads, range(4))) == {1}


def test_a_worker_that_dies_costs_its_item_and_no_other(elsewhere, errands):
    results = elsewhere.map(errands.die_at_three, range(5))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(Transient, match="died") as died:
        next(results)
    assert died.value.code == "worker_died"
    assert list(elsewhere.map(errands.square, [5])) == [25]


def test_what_cannot_travel_is_refused_and_a_foreign_error_arrives_with_its_words(elsewhere, errands):
    with pytest.raises(InvalidInput, match="the function cannot be sent"):
        list(elsewhere.map(lambda number: number, [1]))
    with pytest.raises(InvalidInput, match="the item cannot be sent"):
        list(elsewhere.map(errands.square, [lambda: 1]))
    with pytest.raises(InvalidInput, match="the result cannot be sent"):
        list(elsewhere.map(errands.lock, [1]))
    with pytest.raises(Permanent, match="one and two"):
        list(elsewhere.map(errands.foreign, [1]))


@pytest.mark.parametrize("opener", PARAMETERS)
def test_a_closed_executor_refuses_work_and_may_be_closed_again(opener):
    executor = opener()
    executor.close()
    executor.close()
    with pytest.raises(InvalidInput, match="closed"):
        executor.map(abs, [1])
