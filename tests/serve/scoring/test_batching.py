"""Sentences of many requests share the model's batches, and each gets its own rows."""

import asyncio
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import numpy as np
import pytest

from edgewise.core.errors import Unusable
from edgewise.serve.scoring.batching import SentenceBatcher


@asynccontextmanager
async def running(model, **options):
    with ThreadPoolExecutor(1) as thread:
        batcher = SentenceBatcher(model, thread, **({"gather_s": 0.0, "sentences": 64} | options))
        task = asyncio.create_task(batcher.run())
        yield batcher
        task.cancel()


async def all_of(batcher, *requests):
    return await asyncio.gather(*(batcher.probabilities(request) for request in requests), return_exceptions=True)


def requests_of(*sizes):
    return [[f"Sentence {n} of request {k}." for n in range(size)] for k, size in enumerate(sizes)]


@pytest.mark.parametrize("sentences", [1, 2, 7, 64])
def test_every_request_gets_the_rows_of_its_own_sentences_in_order(model, sentences):
    requests = requests_of(1, 30, 0, 5, 100)

    async def run():
        async with running(model, sentences=sentences) as batcher:
            return await all_of(batcher, *requests)

    for request, rows in zip(requests, asyncio.run(run()), strict=True):
        assert rows.dtype == np.float32
        assert rows.shape == (len(request), 3)
        expected = [model.row(sentence) for sentence in request]
        np.testing.assert_allclose(rows, np.reshape(expected, (-1, 3)), atol=1e-6)
    assert max(map(len, model.batches)) <= sentences
    assert sum(map(len, model.batches)) == 136


def test_what_arrives_while_the_model_is_busy_goes_to_it_together(model):
    async def run():
        async with running(model) as batcher:
            model.gate.clear()
            first = asyncio.create_task(batcher.probabilities(["The first."]))
            await asyncio.sleep(0.05)
            others = asyncio.create_task(all_of(batcher, *requests_of(2, 2, 2)))
            await asyncio.sleep(0.05)
            assert batcher.waiting_sentences == 6
            assert batcher.busy_for() > 0.04
            model.gate.set()
            await asyncio.gather(first, others)
            assert (batcher.waiting_sentences, batcher.busy_for()) == (0, 0.0)

    asyncio.run(run())
    assert list(map(len, model.batches)) == [1, 6]


def test_a_whole_10k_lets_short_texts_pass_and_is_not_starved_by_them(model):
    """100 sentences and then 20 texts of one: a batch of 8 serves 8 of the 21 in turn, so each has its turn in 3."""
    ended = []

    async def ask(batcher, name, request):
        await batcher.probabilities(request)
        ended.append((name, len(model.batches)))

    async def run():
        async with running(model, sentences=8) as batcher:
            model.gate.clear()
            long = asyncio.create_task(ask(batcher, "long", [f"Long {n}." for n in range(100)]))
            await asyncio.sleep(0.05)
            short = [asyncio.create_task(ask(batcher, "short", [f"Short {n}."])) for n in range(20)]
            await asyncio.sleep(0.05)
            model.gate.set()
            await asyncio.gather(long, *short)

    asyncio.run(run())
    assert [name for name, _ in ended] == ["short"] * 20 + ["long"]
    assert ended[-2][1] <= 1 + 3 + 1  # the one that ran when they came, theirs, and one that may have begun since
    with_long = [number for number, batch in enumerate(model.batches) if any("Long" in text for text in batch)]
    assert max(after - before for before, after in itertools.pairwise(with_long)) <= 3


def test_a_short_text_behind_five_long_ones_is_in_the_next_batch(model):
    async def run():
        async with running(model, sentences=8) as batcher:
            model.gate.clear()
            first = asyncio.create_task(batcher.probabilities(["The first."]))
            await asyncio.sleep(0.05)
            others = asyncio.create_task(all_of(batcher, *requests_of(50, 50, 50, 50, 50), ["The short one."]))
            await asyncio.sleep(0.05)
            model.gate.set()
            await asyncio.gather(first, others)

    asyncio.run(run())
    assert "The short one." in model.batches[1]


def test_sentences_wait_for_those_of_a_request_that_is_on_its_way(model):
    async def run():
        async with running(model, gather_s=20.0, expected=lambda: 1, sentences=4) as batcher:
            first = asyncio.create_task(batcher.probabilities(["One.", "Two."]))
            await asyncio.sleep(0.05)
            assert model.batches == []
            await asyncio.gather(first, batcher.probabilities(["Three.", "Four."]))

    asyncio.run(run())
    assert [sorted(batch) for batch in model.batches] == [["Four.", "One.", "Three.", "Two."]]


def test_they_wait_no_longer_than_the_deadline(model):
    async def run():
        async with running(model, gather_s=0.05, expected=lambda: 1) as batcher:
            began = asyncio.get_running_loop().time()
            await asyncio.wait_for(batcher.probabilities(["One."]), 10)
            return asyncio.get_running_loop().time() - began

    assert asyncio.run(run()) >= 0.05


def test_they_do_not_wait_where_nobody_is_on_the_way(model):
    async def run():
        async with running(model, gather_s=3600.0) as batcher:
            return await asyncio.wait_for(batcher.probabilities(["One."]), 10)

    np.testing.assert_allclose(asyncio.run(run())[0], model.row("One."), atol=1e-6)


def test_a_sentence_that_the_model_cannot_read_fails_only_its_own_request(model):
    async def run():
        async with running(model, gather_s=20.0, expected=lambda: 1, sentences=3) as batcher:
            return await all_of(batcher, ["Fine."], ["POISON."], ["Fine, too."])

    first, poisoned, last = asyncio.run(run())
    assert isinstance(poisoned, ValueError)
    np.testing.assert_allclose([first[0], last[0]], [model.row("Fine."), model.row("Fine, too.")], atol=1e-6)


def test_the_rest_of_a_failed_request_is_not_asked_for(model):
    async def run():
        async with running(model, sentences=2) as batcher:
            (failed,) = await all_of(batcher, ["POISON.", *(f"Sentence {n}." for n in range(50))])
            await batcher.probabilities(["Afterwards."])
            assert batcher.waiting_sentences == 0
            return failed

    assert isinstance(asyncio.run(run()), ValueError)
    assert sum(map(len, model.batches)) < 6


def test_nobody_scores_what_nobody_waits_for(model):
    async def run():
        async with running(model) as batcher:
            model.gate.clear()
            first = asyncio.create_task(batcher.probabilities(["The first."]))
            gone = asyncio.create_task(batcher.probabilities(["Nobody waits for this."]))
            await asyncio.sleep(0.05)
            gone.cancel()
            model.gate.set()
            await first
            await batcher.probabilities(["The last."])
            assert batcher.waiting_sentences == 0

    asyncio.run(run())
    assert ["Nobody waits for this."] not in model.batches[1:]


def test_a_model_that_gives_another_number_of_rows_is_told_as_unusable(model):
    model.probabilities = lambda sentences: np.zeros((len(sentences) + 1, 3), np.float32)

    async def run():
        async with running(model) as batcher:
            return await all_of(batcher, ["One."])

    (error,) = asyncio.run(run())
    assert isinstance(error, Unusable)


def test_the_model_runs_in_the_one_thread_and_the_loop_stays_free(model):
    threads = []
    original = model.probabilities
    model.probabilities = lambda sentences: threads.append(threading.current_thread()) or original(sentences)

    async def run():
        async with running(model, sentences=2) as batcher:
            await all_of(batcher, *requests_of(5, 5))

    asyncio.run(run())
    assert len(set(threads)) == 1
    assert threads[0] is not threading.main_thread()


def test_each_batch_is_told_with_its_size(model):
    seen = []

    async def run():
        async with running(model, told=seen.append, sentences=8) as batcher:
            await all_of(batcher, *requests_of(1, 2, 3))

    asyncio.run(run())
    assert [(batch.sentences, batch.requests) for batch in seen] == [(6, 3)]
    assert seen[0].seconds >= 0
