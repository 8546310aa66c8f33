"""Health, metrics, models, and what happens when there is too much to do."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx2
import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from edgewise.core.errors import Unusable
from edgewise.core.model_registry import ModelStatus, RegisteredModel
from edgewise.serve.scoring import ScoringRooms, create_app
from edgewise.serve.scoring.metrics import forget_dead_workers


def samples(client, name):
    """Return the metric's samples as {labels: value}, labels in the order of their names."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    found = [sample for family in families for sample in family.samples if sample.name == name]
    return {tuple(sample.labels[label] for label in sorted(sample.labels)): sample.value for sample in found}


def post(client, text, **more):
    return client.post("/v1/score", json={"text": text} | more)


def until(condition):
    """Wait until something holds."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class TestHealth:
    def test_it_is_ready_once_the_model_has_passed_its_self_test(self, client, model):
        body = client.get("/health").json()
        assert body == {"status": "ready", "model_version": "tallied-1", "version": "1.2.3", "simulated": False}
        assert any("defaulted" in sentence for batch in model.batches for sentence in batch)

    def test_before_that_it_is_alive_and_not_ready(self, model):
        async def ask():
            app = create_app(ScoringRooms(model, "1"))
            transport = httpx2.ASGITransport(app=app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://service") as client:
                return [await client.get(path) for path in ("/health", "/health/live")]

        health, live = asyncio.run(ask())
        assert (health.status_code, health.json()["status"]) == (503, "starting")
        assert (live.status_code, live.json()) == (200, {"status": "alive"})

    def test_a_model_that_fails_its_self_test_is_never_served(self, model):
        """Failure case 34: all answers negative."""
        model.probabilities = lambda sentences: np.tile(np.float32([1, 0, 0]), (len(sentences), 1))
        with pytest.raises(Unusable, match="self-test"), TestClient(create_app(ScoringRooms(model, "1"))):
            pass

    def test_a_model_that_is_silent_makes_it_unready_and_it_stays_alive(self, service, model):
        client = service(stuck_s=0.05)
        model.gate.clear()
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(post, client, "The company has its office in Ohio.")
            until(lambda: client.get("/health").status_code == 503)
            assert client.get("/health").json()["status"] == "stuck"
            assert client.get("/health/live").status_code == 200
            model.gate.set()
            assert asked.result(20).status_code == 200
        until(lambda: client.get("/health").status_code == 200)


class TestOverload:
    def test_beyond_the_limit_requests_are_sent_away_with_a_time_and_the_others_are_answered(self, service, model):
        client = service(waiting_documents=3)
        model.gate.clear()
        with ThreadPoolExecutor(3) as pool:
            held = [pool.submit(post, client, f"The company has {n} offices in Ohio.") for n in range(3)]
            until(lambda: samples(client, "edgewise_scoring_waiting_documents") == {(): 3})
            refused = post(client, "Another text is one too many.")
            batch = client.post("/v1/score/batch", json={"documents": [{"text": "And so is a batch."}]})
            model.gate.set()
            assert [answer.result(20).status_code for answer in held] == [200] * 3
        for answer in (refused, batch):
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "overloaded")
            assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert post(client, "Another text is welcome now.").status_code == 200

    def test_what_is_in_the_cache_is_answered_even_then(self, service, model):
        client = service(waiting_documents=1)
        post(client, "The company has its office in Ohio.")
        model.gate.clear()
        with ThreadPoolExecutor(1) as pool:
            held = pool.submit(post, client, "The company has an office in Texas.")
            until(lambda: samples(client, "edgewise_scoring_waiting_documents") == {(): 1})
            assert post(client, "The company has its office in Ohio.").status_code == 200
            assert client.get("/health").status_code == 200
            model.gate.set()
            assert held.result(20).status_code == 200


class TestTogether:
    def test_texts_of_many_requests_share_batches_and_each_gets_its_own_score(self, service, model):
        client = service()
        texts = [f"Profit rose by {n} percent in the year. Losses of {n} declined in our regions." for n in range(30)]
        alone = [post(client, text).json() for text in texts]
        fresh = service()
        model.batches.clear()
        model.gate.clear()
        with ThreadPoolExecutor(30) as pool:
            asked = [pool.submit(post, fresh, text) for text in texts]
            until(lambda: samples(fresh, "edgewise_scoring_waiting_documents") == {(): 30})
            model.gate.set()
            assert [answer.result(20).json() for answer in asked] == alone
        assert len(model.batches) < 15

    def test_the_loop_answers_while_the_model_computes(self, client, model):
        model.gate.clear()
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(post, client, "The company has its office in Ohio.")
            for _ in range(5):
                assert client.get("/health/live").status_code == 200
            assert not asked.done()
            model.gate.set()
            assert asked.result(20).status_code == 200


class TestMetrics:
    def test_requests_are_timed_by_route_method_and_status(self, client):
        post(client, "Profit rose.")
        post(client, "")
        client.get("/nope")
        client.request("BREW", "/health")
        assert samples(client, "edgewise_scoring_request_seconds_count") == {
            ("POST", "/v1/score", "200"): 1,
            ("POST", "/v1/score", "422"): 1,
            ("GET", "unknown", "404"): 1,
            ("other", "/health", "405"): 1,
        }

    def test_documents_are_counted_by_source_and_outcome(self, client):
        post(client, "Profit rose.")
        post(client, "12 / 2024")
        post(client, "a\u0001")
        post(client, "POISON of a sentence.")
        client.post("/v1/score", json={"accession": "0000320193-24-000123"})
        client.post("/v1/score/batch", json={"documents": [7, {"text": " "}]})
        assert samples(client, "edgewise_scoring_documents_total") == {
            ("absent", "text"): 2,
            ("control_characters", "text"): 1,
            ("unexpected_error", "text"): 1,
            ("not_found", "accession"): 1,
            ("invalid_input", "unknown"): 1,
            ("empty_text", "text"): 1,
        }

    def test_cache_hits_and_misses_and_bytes(self, client):
        for _ in range(3):
            post(client, "The company has its office in Ohio.")
        assert samples(client, "edgewise_scoring_cache_lookups_total") == {
            ("results", "hit"): 2,
            ("results", "miss"): 1,
        }
        assert samples(client, "edgewise_scoring_cache_bytes")["results",] > 100

    def test_the_model_its_batches_and_the_memory_are_told(self, client):
        post(client, "The company has its office in Ohio. The company has no office in Texas.")
        assert samples(client, "edgewise_scoring_model") == {("tallied-1",): 1}
        assert samples(client, "edgewise_scoring_batch_sentences_sum") == {(): 2}
        assert samples(client, "edgewise_scoring_batch_seconds_count") == {(): 1}
        assert 50e6 < samples(client, "edgewise_scoring_worker_peak_memory_bytes")[()] < 4e9

    def test_nothing_waits_when_all_is_done(self, client):
        post(client, "The company has its office in Ohio.")
        assert samples(client, "edgewise_scoring_waiting_documents") == {(): 0}
        assert samples(client, "edgewise_scoring_waiting_sentences") == {(): 0}

    def test_gauges_of_workers_that_are_no_more_are_forgotten_and_counts_stay(self, tmp_path):
        files = [f"gauge_livesum_{threading.get_native_id()}.db", "gauge_livesum_999999999.db", "counter_999999999.db"]
        for name in files:
            (tmp_path / name).touch()
        forget_dead_workers(tmp_path)
        assert {file.name for file in tmp_path.iterdir()} == {files[0], files[2]}


class Shelf:
    """A registry with three models."""

    def models(self, name=""):
        assert name == ""
        return [
            RegisteredModel("tallied", 1, "tone", "a" * 12, {"f": "0" * 64}, {"f1": 0.8}, ModelStatus.PRODUCTION),
            RegisteredModel("tallied", 2, "tone", "b" * 12, {"f": "1" * 64}, {}, ModelStatus.SHADOW),
            RegisteredModel("minilm", 1, "embedding", "c" * 12, {"f": "2" * 64}),
        ]


class TestModels:
    def test_without_a_registry_the_loaded_model_is_told(self, client):
        assert client.get("/v1/models").json() == {
            "model_version": "tallied-1",
            "models": [
                {
                    "name": "tallied",
                    "version": 1,
                    "kind": "tone",
                    "fingerprint": "d" * 12,
                    "status": "unregistered",
                    "loaded": True,
                    "metrics": {},
                }
            ],
        }

    def test_registered_models_are_told_and_which_of_them_is_loaded(self, service, model):
        body = service(rooms=ScoringRooms(model, "1", open_registry=Shelf)).get("/v1/models").json()
        assert [(one["name"], one["version"], one["status"], one["loaded"]) for one in body["models"]] == [
            ("tallied", 1, "production", True),
            ("tallied", 2, "shadow", False),
            ("minilm", 1, "candidate", False),
        ]
        assert body["models"][0]["metrics"] == {"f1": 0.8}

    def test_a_loaded_model_that_is_not_registered_stands_beside_those_that_are(self, service, model):
        model.version = "trial"
        body = service(rooms=ScoringRooms(model, "1", open_registry=Shelf)).get("/v1/models").json()
        first = body["models"][0]
        assert (first["name"], first["version"], first["status"], first["loaded"]) == (
            "trial",
            None,
            "unregistered",
            True,
        )
        assert len(body["models"]) == 4
