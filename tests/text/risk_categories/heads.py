"""A head small enough to work out by hand, over an encoder that counts words."""

from hashlib import sha256

import numpy as np

from edgewise.text.risk_categories.declared import taxonomy
from edgewise.text.risk_categories.head import WEIGHTS
from edgewise.text.risk_categories.keywords import KeywordRiskCategories
from edgewise.text.risk_categories.learned import labels_of_taxonomy


class Counting:
    """An encoder of two dimensions: whether a text speaks of nuts, and of bolts."""

    version, fingerprint, dimensions = "counting-1", "c0ffee", 2

    def __init__(self, fingerprint="c0ffee"):
        self.fingerprint = fingerprint
        self.asked = []

    def embed(self, texts):
        self.asked += texts
        rows = [("nuts" in text, "bolts" in text) for text in texts]
        return np.array(rows, dtype=np.float32).reshape(-1, 2)


def place(label):
    return labels_of_taxonomy().index(label)


def weights():
    """Nuts in a heading speak 3 for supply, in a body 1; bolts 2 for facilities; phrases 4 for their own category."""
    categories = len(taxonomy().categories)
    matrix = np.zeros((len(labels_of_taxonomy()), 4 + 2 * categories + 1))
    matrix[place("supply"), [0, 2]] = 3.0, 1.0
    matrix[place("facilities"), 1] = 2.0
    for row in range(categories):
        matrix[row, [4 + row, 4 + categories + row]] = 4.0
    matrix[place("talent"), -1] = 0.5
    return matrix


def manifest(matrix, **changed):
    return {
        "name": "risk-head",
        "version": 1,
        "kind": "risk_category",
        "taxonomy": taxonomy().version,
        "keywords": KeywordRiskCategories().version,
        "labels": list(labels_of_taxonomy()),
        "embedder": {"version": "counting-1", "fingerprint": "c0ffee", "dimensions": 2},
        "body_characters": 20,
        "phrase_weight": 2.0,
        "files": {WEIGHTS: sha256(matrix.astype("<f4").tobytes()).hexdigest()},
        "self_test": [{"text": "nuts", "label": "supply"}, {"text": "bolts", "label": "facilities"}],
    } | changed
