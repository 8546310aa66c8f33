"""Texts through a model: tokens, windows, batches, and every text's own answer back in its place.

1. A text becomes tokens (`pieces`). One longer than the model reads is cut into windows at token borders: nothing is
   left out.
2. Windows are sorted by length and run in batches that are padded to their longest window only. A batch ends where
   padding would cost more than another run.
3. Several batches run at once, each on one thread: faster than one batch on several, and the same bits whatever their
   number.
4. A text's answer is the mean of its windows' answers, weighted by their tokens.

A text's answer is the same alone and in any batch. A graph for which that is not true without more says `one_by_one`.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from edgewise.adapters.onnx.packages import needed
from edgewise.adapters.onnx.pieces import Pieces
from edgewise.core.errors import Permanent, Unparsable, Unusable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from edgewise.adapters.onnx.folder import ModelFolder

    Floats = NDArray[np.float32]
    Pool = Callable[[Floats, NDArray[np.int64]], Floats]

# Windows of a batch and tokens of it, padding included: enough to fill a core, little enough to stay in its cache.
BATCH_WINDOWS = 32
BATCH_TOKENS = 1024
# What a run costs beside its tokens, counted in tokens.
RUN_TOKENS = 16
# How far a text's answer may lie from the one it has by itself.
TOLERANCE = 1e-5


@dataclass(frozen=True, slots=True)
class Window:
    """As much of a text as the model reads at once: the place of the text, and its tokens without the model's marks."""

    text: int
    ids: list[int]


@dataclass(frozen=True, slots=True)
class Answers:
    """What a model says of texts. values: shape (texts, width), float32; tokens: of each text, 0 where it has none."""

    values: Floats
    tokens: NDArray[np.int64]


class Encoder:
    """A model folder, loaded: tokenizer and graph.

    threads: batches that run at once. Raises NotConfigured without the packages, Unparsable for files that are no
    graph or tokenizer or whose inputs and outputs are not those of the manifest, and as `open_folder`.
    """

    def __init__(self, folder: ModelFolder, *, threads: int = 1) -> None:
        self.folder = folder
        self._pieces = Pieces(folder)
        self._marks = len(self._pieces.begin) + len(self._pieces.end)
        self._room = folder.manifest.max_tokens - self._marks
        if self._room < 1:
            raise Unparsable(f"{folder.version} reads {folder.manifest.max_tokens} tokens, all of them its own marks")
        self._session = _open_session(folder)
        self._threads = max(1, threads)
        self._output = folder.manifest.outputs[0]

    def answers(self, texts: Sequence[str], pool: Pool) -> Answers:
        """Return what the model says of each text, in order.

        pool: makes rows (windows, width) of the graph's output and the attention mask (windows, longest).
        """
        windows = list(self._windows(texts))
        places = np.array([window.text for window in windows], dtype=np.int64)
        own = np.array([len(window.ids) for window in windows], dtype=np.int64)
        tokens = np.bincount(places, own, len(texts)).astype(np.int64)
        rows = self._rows(windows, pool)
        values = np.zeros((len(texts), rows.shape[1]), dtype=np.float64)
        np.add.at(values, places, rows * (own / tokens[places])[:, None])
        return Answers(values.astype(np.float32), tokens)

    def _windows(self, texts: Sequence[str]) -> Iterator[Window]:
        """Yield the windows of all texts; none for a text without tokens."""
        for place, ids in enumerate(self._pieces.ids(texts)):
            for begin in range(0, len(ids), self._room):
                yield Window(place, ids[begin : begin + self._room])

    def _rows(self, windows: list[Window], pool: Pool) -> Floats:
        """Return one row for each window, in order."""
        if not windows:
            return np.zeros((0, self.width), dtype=np.float32)
        batches = list(self._batches(windows))
        run = partial(self._answer, windows, pool)
        if self._threads > 1 and len(batches) > 1:
            with ThreadPoolExecutor(self._threads, thread_name_prefix="model") as threads:
                found = list(threads.map(run, batches))
        else:
            found = [run(batch) for batch in batches]
        rows = np.empty((len(windows), found[0].shape[1]), dtype=np.float32)
        rows[np.concatenate(batches)] = np.concatenate(found)
        return rows

    @property
    def width(self) -> int:
        """Length of a row: the number of labels, or the dimensions of a vector."""
        return len(self.folder.manifest.labels) or self.folder.manifest.dimensions or 0

    def _batches(self, windows: list[Window]) -> Iterator[list[int]]:
        """Yield the places of the windows of each batch, the longest windows first, so that all end together."""
        order = sorted(range(len(windows)), key=lambda place: -len(windows[place].ids))
        batch: list[int] = []
        longest = padding = 0
        for place in order:
            tokens = len(windows[place].ids) + self._marks
            if batch and (
                self.folder.manifest.one_by_one
                or len(batch) == BATCH_WINDOWS
                or (len(batch) + 1) * longest > BATCH_TOKENS
                or padding + longest - tokens > RUN_TOKENS
            ):
                yield batch
                batch = []
            if not batch:
                longest, padding = tokens, 0
            batch.append(place)
            padding += longest - tokens
        if batch:
            yield batch

    def _answer(self, windows: list[Window], pool: Pool, places: list[int]) -> Floats:
        return pool(*self._run([windows[place] for place in places]))

    def _run(self, batch: list[Window]) -> tuple[Floats, NDArray[np.int64]]:
        """Return the graph's output for a batch, and the attention mask."""
        marks = self._pieces
        rows = [marks.begin + window.ids + marks.end for window in batch]
        mask = np.zeros((len(batch), max(map(len, rows))), dtype=np.int64)
        ids = np.zeros_like(mask)
        for place, row in enumerate(rows):
            mask[place, : len(row)], ids[place, : len(row)] = 1, row
        known = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(mask)}
        try:
            (output,) = self._session.run([self._output], {name: known[name] for name in self.folder.manifest.inputs})
        except Exception as error:
            raise Permanent(f"the model {self.folder.version} failed on {mask.shape}", reason="model_failed") from error
        if not np.isfinite(output).all():
            raise Permanent(f"the model {self.folder.version} gave no number", reason="model_failed")
        return output, mask


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_loaded: dict[tuple[str, str, int], Encoder] = {}
_loading = threading.Lock()


def loaded(folder: ModelFolder, *, threads: int, check: Callable[[Encoder], None]) -> Encoder:
    """Return the model of a folder, loaded once in this process and passed by `check` then.

    Its files are compared with their hashes as they are loaded. Raises as `Encoder` and `check` do.
    """
    key = (str(folder.path.resolve()), folder.fingerprint, threads)
    with _loading:
        if key not in _loaded:
            encoder = Encoder(folder, threads=threads)
            check(encoder)
            _loaded[key] = encoder
        return _loaded[key]


def check_alike(together: Floats, alone: Floats, folder: ModelFolder) -> None:
    """Raise Unusable unless answers given together are those given one by one."""
    if apart := float(np.abs(together - alone).max(initial=0.0)) > TOLERANCE:
        raise Unusable(
            f"{folder.version} answers otherwise in a batch than for a text alone, by {apart:.1e}",
            advice="Say one_by_one in its model.json, or quantise it by rows.",
            reason="self_test_failed",
        )


def _open_session(folder: ModelFolder) -> Any:
    """Return a session over the graph's bytes, which are the ones that were hashed and can name no other file."""
    runtime = needed("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_mem_pattern = False  # each batch has another shape
    options.log_severity_level = 4
    data = folder.graph()
    try:
        session = runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise Unparsable(
            f"the graph of {folder.version} cannot be loaded ({type(error).__name__})", advice="Export it again."
        ) from error
    wanted, given = set(folder.manifest.inputs), {known.name for known in session.get_inputs()}
    if wanted != given:
        raise Unparsable(
            f"the graph of {folder.version} takes {', '.join(sorted(given))}, its model.json says "
            f"{', '.join(sorted(wanted))}",
            advice="Export it again.",
        )
    if folder.manifest.outputs[0] not in {known.name for known in session.get_outputs()}:
        raise Unparsable(f"the graph of {folder.version} has no output {folder.manifest.outputs[0]!r}")
    return session
