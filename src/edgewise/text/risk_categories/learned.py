"""Risk categories by a trained head over an encoder: the meaning of a factor, and the phrases found in it.

1. Heading and the beginning of the body each become a vector, by the encoder that is passed in.
2. `keywords` gives what phrases of the taxonomy speak for each category, in the heading and in the body; each of the
   two is divided by its sum and a doubt, so that it is a share: one weak phrase says less than one.
3. A linear head adds it all up; its softmax is the probability of each category.

        features = [vector of heading, vector of body, a * share in heading, a * share in body]
        score    = softmax(weights @ features + bias)

A head means something only with the encoder, the taxonomy and the keywords it was fitted to. With others it is refused,
and so is one that gets its own self test wrong, as a head with rows in another order does.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.errors import InvalidInput, Unusable
from edgewise.text.risk_categories.declared import OTHER, taxonomy
from edgewise.text.risk_categories.head import open_head, packaged_head
from edgewise.text.risk_categories.keywords import KeywordRiskCategories

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgewise.core.ports import Embedder
    from edgewise.text.risk_categories.head import RiskHead

    Floats = NDArray[np.float64]

# Weighs against all evidence of phrases, as in `keywords`.
_DOUBT = 1.0
_SCHEMA = {"family": pl.String, "category": pl.String, "score": pl.Float64, "runner_up": pl.String}
_ADVICE = "Take the head that was trained on this encoder, or train it again: make train-risks"


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a category and not the runner-up: what each part adds to the logarithm of their odds.

    The parts and `habit`, which is how much more frequent the category is without any evidence, add up to
    log(score / score of the runner-up).
    """

    category: str
    runner_up: str
    heading_meaning: float
    body_meaning: float
    heading_phrases: float
    body_phrases: float
    habit: float


class LearnedRiskCategories:
    """The `RiskCategoryModel` of a trained head.

    embedder: makes the vectors; must be the one the head was fitted to.
    folder:   of the head; that of the package without it.
    It travels to another process as its embedder and its folder and is loaded there once.
    Raises Unusable for a head of another encoder ('model_of_another_encoder'), or of other labels or keywords than
    those of this package ('labels_differ'), and as `open_head`.
    """

    name = "learned"

    def __init__(self, embedder: Embedder, folder: Path | str | None = None) -> None:
        self._embedder = embedder
        self._folder = Path(folder or packaged_head())
        self._keywords = KeywordRiskCategories()
        self.head = open_head(self._folder)
        check_head(self.head, embedder, self._keywords)
        self._families = {category.id: category.family for category in taxonomy().categories} | {OTHER: OTHER}
        self._sound = False
        self._testing = threading.Lock()

    def __reduce__(self) -> tuple[object, ...]:
        return _remade, (self._embedder, self._folder)

    @property
    def version(self) -> str:
        """Name and version of the head, its bytes, and the taxonomy."""
        return f"{self.head.name}-{self.head.version}-{self.head.fingerprint}+taxonomy-{self.head.taxonomy}"

    def ready(self) -> None:
        """Put the head to its self test. Raises Unusable ('self_test_failed') where one category is another."""
        with self._testing:
            if self._sound:
                return
            texts, wanted = zip(*self.head.self_test, strict=True)
            said = self._classes(texts, [""] * len(texts))["category"].to_list()
            if wrong := [(text, got) for text, label, got in zip(texts, wanted, said, strict=True) if got != label]:
                raise Unusable(
                    f"{self.version} gets {len(wrong)} of {len(texts)} of its self test wrong, as {wrong[0][0]!r}, "
                    f"which it calls {wrong[0][1]}",
                    advice=_ADVICE,
                    reason="self_test_failed",
                )
            self._sound = True

    def classify(self, headings: Sequence[str], bodies: Sequence[str]) -> pl.DataFrame:
        """Return one row per risk factor, in order; the same alone and in any batch, `score` to 1e-5.

        headings, bodies: texts of the same factors. Of a body the beginning is read, `head.body_characters` of it.
        family, category: ids of the taxonomy; 'other' for a factor of no category, and for one without any word.
        score:            probability of the category; 0 without any word.
        runner_up:        id of the second category; null without any word.
        Raises InvalidInput for unequal numbers, Unusable as `ready`.
        """
        if len(headings) != len(bodies):
            raise InvalidInput(
                f"{len(headings)} headings and {len(bodies)} bodies", advice="Give '' for a factor without a body."
            )
        if not headings:
            return pl.DataFrame(schema=_SCHEMA)
        self.ready()
        return self._classes(headings, bodies)

    def explain(self, heading: str, body: str) -> Reasons:
        """Return why a factor is of its category and not of the runner-up. Raises InvalidInput without any word."""
        self.ready()
        row = self._features([heading], [body])[0]
        if not row.any():
            raise InvalidInput("a risk factor without any word", advice="Give its heading or its body.")
        best, second = _ranked(row @ self.head.weights.T + self.head.bias)[:2]
        added = row * (self.head.weights[best] - self.head.weights[second])
        width, phrases = self.head.dimensions, (len(row) - 2 * self.head.dimensions) // 2
        of_heading, of_body, in_heading, in_body = np.split(added, np.cumsum([width, width, phrases]))
        return Reasons(
            category=self.head.labels[best],
            runner_up=self.head.labels[second],
            heading_meaning=float(of_heading.sum()),
            body_meaning=float(of_body.sum()),
            heading_phrases=float(in_heading.sum()),
            body_phrases=float(in_body.sum()),
            habit=float(self.head.bias[best] - self.head.bias[second]),
        )

    def _features(self, headings: Sequence[str], bodies: Sequence[str]) -> Floats:
        return features(
            self._embedder,
            self._keywords,
            headings,
            bodies,
            body_characters=self.head.body_characters,
            phrase_weight=self.head.phrase_weight,
        )

    def _classes(self, headings: Sequence[str], bodies: Sequence[str]) -> pl.DataFrame:
        found = self._features(headings, bodies)
        probabilities = softmax(found @ self.head.weights.T + self.head.bias)
        rows = [
            self._row(row) if words else (OTHER, OTHER, 0.0, None)
            for row, words in zip(probabilities, np.any(found, axis=1).tolist(), strict=True)
        ]
        return pl.DataFrame(rows, schema=_SCHEMA, orient="row")

    def _row(self, probabilities: Floats) -> tuple[str, str, float, str | None]:
        best, *others = _ranked(probabilities)
        category = self.head.labels[best]
        runner_up = next(self.head.labels[place] for place in others if self.head.labels[place] != OTHER)
        return self._families[category], category, float(probabilities[best]), runner_up


def features(
    embedder: Embedder,
    keywords: KeywordRiskCategories,
    headings: Sequence[str],
    bodies: Sequence[str],
    *,
    body_characters: int,
    phrase_weight: float,
) -> Floats:
    """Return shape (factors, 2 * dimensions + 2 * categories), as the top of the page says; zeros without any word."""
    vectors = embedder.embed([*headings, *(body[:body_characters] for body in bodies)])
    shares = [phrase_weight * _shares(evidence) for evidence in keywords.evidence(headings, bodies)]
    return np.hstack([vectors[: len(headings)], vectors[len(headings) :], *shares]).astype(np.float64)


def softmax(logits: Floats) -> Floats:
    """Return probabilities, each row adding up to 1."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: Floats = raised / raised.sum(axis=1, keepdims=True)
    return probabilities


def labels_of_taxonomy() -> tuple[str, ...]:
    """Return the labels a head has: the categories in the order of the taxonomy, then 'other'."""
    return (*(category.id for category in taxonomy().categories), OTHER)


def check_head(head: RiskHead, embedder: Embedder, keywords: KeywordRiskCategories) -> None:
    """Raise Unusable unless a head belongs to this encoder, this taxonomy and these keywords."""
    if (head.embedder_fingerprint, head.dimensions) != (embedder.fingerprint, embedder.dimensions):
        raise Unusable(
            f"the head {head.name}-{head.version} stands on {head.embedder} ({head.embedder_fingerprint}), not on "
            f"{embedder.version} ({embedder.fingerprint})",
            advice=_ADVICE,
            reason="model_of_another_encoder",
        )
    known = (taxonomy().version, keywords.version, labels_of_taxonomy())
    if (head.taxonomy, head.keywords, head.labels) != known:
        raise Unusable(
            f"the head {head.name}-{head.version} was fitted to taxonomy {head.taxonomy} and {head.keywords}, not "
            f"to the labels of taxonomy {known[0]} and {known[1]} in their order",
            advice=_ADVICE,
            reason="labels_differ",
        )
    width = 2 * head.dimensions + 2 * (len(head.labels) - 1)
    if head.weights.shape[1] != width:
        raise Unusable(
            f"the head {head.name}-{head.version} weighs {head.weights.shape[1]} features, not {width}",
            advice=_ADVICE,
            reason="model_corrupted",
        )


def _shares(evidence: Floats) -> Floats:
    shares: Floats = evidence / (evidence.sum(axis=1, keepdims=True) + _DOUBT)
    return shares


def _ranked(values: Floats) -> list[int]:
    """Return the places of values from the highest on; of equals the earlier label comes first."""
    return [int(place) for place in np.argsort(-values, kind="stable")]


_made: dict[tuple[str, str], LearnedRiskCategories] = {}
_making = threading.Lock()


def _remade(embedder: Embedder, folder: Path) -> LearnedRiskCategories:
    """Return the model in another process; made, and put to its self test, once there."""
    with _making:
        key = (embedder.fingerprint, str(folder))
        if key not in _made:
            _made[key] = LearnedRiskCategories(embedder, folder)
        return _made[key]
