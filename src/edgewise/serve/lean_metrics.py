"""What keeps a page of Prometheus metrics small: labels of a few values, and no sample that nobody asked for."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prometheus_client import Metric

REASONS_AT_MOST = 40
OTHER = "other"
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


class BoundedCodes:
    """Lets reason codes pass as labels, the first `at_most` different ones; further ones and other texts are `other`.

    A reason is a short code of ours, but it may come from a plugin, and each label value costs memory for ever.
    """

    def __init__(self, *, at_most: int = REASONS_AT_MOST, known: Sequence[str] = ()) -> None:
        self._at_most, self._known = at_most, set(known)
        self._lock = threading.Lock()

    def __call__(self, code: str) -> str:
        """Return the label value of a code."""
        with self._lock:
            if code not in self._known and len(self._known) < self._at_most and _CODE.fullmatch(code):
                self._known.add(code)
            return code if code in self._known else OTHER


class LeanRegistry(CollectorRegistry):
    """A registry without the `_created` sample that the library adds to each counter: half of them would be those."""

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics without it."""
        for metric in super().collect():
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric
