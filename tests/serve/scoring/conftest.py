"""A model that tells what it was asked, and the service around it."""

from __future__ import annotations

import threading
import zlib

import numpy as np
import pytest
from starlette.testclient import TestClient

from edgewise.serve.scoring import Limits, ScoringRooms, create_app

BAD = ("loss", "declined", "adversely", "defaulted", "impairment")
GOOD = ("profit", "growth", "won", "excellent", "record")


class TalliedModel:
    """Calls a sentence good or bad by a few words, and keeps every batch that it was asked for.

    A sentence with POISON makes it fail; while `gate` is closed it waits.
    """

    version = "tallied-1"
    fingerprint = "d" * 12

    def __init__(self):
        self.batches = []
        self.gate = threading.Event()
        self.gate.set()

    def probabilities(self, sentences):
        assert self.gate.wait(20)
        self.batches.append(list(sentences))
        if any("POISON" in sentence for sentence in sentences):
            raise ValueError(f"cannot read {sentences}")
        return np.array([self.row(sentence) for sentence in sentences], np.float32).reshape(-1, 3)

    @staticmethod
    def row(sentence):
        """Return negative, neutral, positive; a little different for each sentence."""
        words = sentence.lower().replace(".", "").split()
        weights = np.array([1 + 8 * any(w in words for w in BAD), 2, 1 + 8 * any(w in words for w in GOOD)], float)
        weights[1] += zlib.crc32(sentence.encode()) % 1000 / 1000
        return weights / weights.sum()


@pytest.fixture
def model():
    return TalliedModel()


@pytest.fixture
def service(model):
    """Return a function from limits to a client of a service over `model`; errors nobody foresaw are answered."""
    clients = []

    def make(*, rooms=None, **limits):
        app = create_app(rooms or ScoringRooms(model, "1.2.3"), Limits(**limits))
        clients.append(TestClient(app, raise_server_exceptions=False))
        return clients[-1].__enter__()

    yield make
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def client(service):
    return service()
