"""Sentences a second of the tone models, beside transformers' pipeline with a DistilRoBERTa on the same texts.

    python benchmarks/tone_speed.py [--base MODEL] [--fast MODEL] [--python INTERPRETER]

MODEL is a packaged model or a folder. The texts are sentences of the archive's 8-Ks and 10-Ks, half of each, or of the
simulated market where there is no archive. The peer needs torch, so it runs in the environment of training
(`make train` makes it); its weights are drawn, for the work of a sentence does not depend on them. It gets the best of
several batch sizes. All take turns, each with two threads, and a round's figures are compared with each other only:
what else runs on the machine slows all of them. Without the peer there is no result, and that is said.

Last, a whole 10-K of 65 thousand words, from its visible text to its tone, by the fast model.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from harness import CHECKOUT, record

from edgewise.adapters.onnx import OnnxSentenceTone, packaged_models
from edgewise.simulate import Plan, simulate
from edgewise.sources.edgar.sgml import split_submission
from edgewise.text.sentence_tone import SentenceTone, different, read_all
from edgewise.text.visible_text import read_text
from edgewise.text.words import word_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Ask = Callable[..., dict[str, Any]]

BARS = {"base": 5.0, "fast": 40.0}
REPORT_BAR_S = 1.5
REPORT_WORDS = 65_000
THREADS = 2
FORMS = ("8-K", "10-K")
SENTENCES = {"peer": 200, "base": 400, "fast": 4_000}
TRIED = 64
BATCHES = (1, 8, 32)
ROUNDS = 3
PEER = "transformers pipeline, DistilRoBERTa (drawn weights)"
PEER_SCRIPT = CHECKOUT / "benchmarks" / "peers" / "distilroberta_pipeline.py"
TRAINING = CHECKOUT / ".venv-train" / "bin" / "python"


def filings() -> tuple[str, dict[str, list[str]]]:
    """Return where the texts come from, and the visible texts of 8-Ks and 10-Ks by form."""
    folder = Path(os.environ.get("EDGEWISE_REAL_DATA", CHECKOUT.parent / "shared" / "data"))
    if not (folder / "sec.zip").is_file():
        return "simulated market", simulated_filings()
    with (folder / "sec.MANIFEST.tsv").open() as lines, zipfile.ZipFile(folder / "sec.zip") as archive:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if row["path"].endswith((".htm", ".html"))]
        return "archive", {
            form: [read_text(archive.read(row["path"])).text for row in rows if row["form"] == form] for form in FORMS
        }


def simulated_filings() -> dict[str, list[str]]:
    """Return the visible texts of the 8-Ks and 10-Ks of a small simulated market."""
    texts: dict[str, list[str]] = {form: [] for form in FORMS}
    with tempfile.TemporaryDirectory() as folder:
        simulate(Path(folder) / "market", Plan(companies=20, years=1))
        for path in sorted(Path(folder).rglob("*.txt")):
            raw = path.read_bytes()
            if b"<TYPE>" in raw:
                for document in split_submission(raw).documents:
                    if document.document_type in texts:
                        texts[document.document_type].append(read_text(document.body).text)
    return texts


def long_report(reports: Sequence[str]) -> str:
    """Return the shortest report of at least `REPORT_WORDS` words, or as many together as make one."""
    long = [text for text in reports if word_count(text) >= REPORT_WORDS]
    if long:
        return min(long, key=len)
    lines: list[str] = []
    words = 0
    for line in cycle("\n".join(reports).split("\n")):
        if words >= REPORT_WORDS:
            break
        lines.append(line)
        words += word_count(line)
    return "\n".join(lines)


@contextmanager
def peer(python: Path, sentences: Sequence[str]) -> Iterator[tuple[Ask | None, dict[str, Any]]]:
    """Give what asks the peer, and what it says of itself; None and the reason where it cannot run."""
    if not python.exists():
        yield None, {"peer_absent": f"there is no {python.name} of the training environment: make train makes it"}
        return
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(list(sentences), file)
        file.flush()
        with subprocess.Popen(
            [str(python), str(PEER_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None

            def ask(**question: Any) -> dict[str, Any]:
                process.stdin.write(json.dumps(question) + "\n")
                process.stdin.flush()
                return json.loads(process.stdout.readline() or "{}")

            told = ask(pieces_from=file.name, threads=THREADS)
            yield (ask, told) if told else (None, {"peer_absent": "it did not start: torch or transformers is missing"})
            process.stdin.close()


def forget_words(model: OnnxSentenceTone) -> None:
    """Have the model cut words anew that it met in an earlier round: a new filing has new words."""
    model._encoder()._pieces._known.clear()  # noqa: SLF001 - nobody but a benchmark wants to forget


def rate(model: OnnxSentenceTone, texts: Sequence[str]) -> float:
    """Return sentences a second, tokenising included."""
    forget_words(model)
    began = time.perf_counter()
    model.probabilities(texts)
    return len(texts) / (time.perf_counter() - began)


def peer_rate(ask: Ask, texts: Sequence[str], batch: int) -> float:
    """Return the peer's sentences a second."""
    return len(texts) / ask(texts=list(texts), batch=batch)["seconds"]


def rounds(
    models: dict[str, OnnxSentenceTone], ask: Ask | None, batch: int, texts: Sequence[str]
) -> list[dict[str, float]]:
    """Return sentences a second of each, by round; they take turns, so that all meet the same load."""
    found = []
    for _ in range(ROUNDS):
        one = {role: rate(model, texts[: SENTENCES[role]]) for role, model in models.items()}
        if ask is not None:
            one["peer"] = peer_rate(ask, texts[: SENTENCES["peer"]], batch)
        found.append(one)
    return found


def best_batch(ask: Ask, texts: Sequence[str]) -> tuple[int, dict[int, float]]:
    """Return the batch size at which the peer is fastest, and its rate at each, after a warm-up."""
    peer_rate(ask, texts[:8], 8)
    rates = {batch: peer_rate(ask, texts[:TRIED], batch) for batch in BATCHES}
    return max(rates, key=rates.__getitem__), rates


def apart(model: OnnxSentenceTone, texts: Sequence[str]) -> float:
    """Return how far answers together lie from those one by one, at most."""
    alone = np.concatenate([model.probabilities([text]) for text in texts])
    return float(np.abs(model.probabilities(texts) - alone).max())


def report_speeds(models: dict[str, OnnxSentenceTone], texts: Sequence[str], python: Path) -> None:
    """Measure all on the same sentences and record a figure for each model."""
    with peer(python, texts) as (ask, told):
        batch, rates = best_batch(ask, texts) if ask else (0, {})
        found = rounds(models, ask, batch, texts)
        if ask:
            asked = texts[: SENTENCES["peer"]]
            told |= {"peer_batch": batch, "peer_rates_by_batch": rates}
            told["peer_tokens_a_sentence"] = ask(texts=asked[:TRIED], batch=batch)["tokens"] / TRIED
    for role, model in models.items():
        ours = statistics.median(one[role] for one in found)
        shared = {
            "model": model.version,
            "fingerprint": model.fingerprint,
            "sentences": {name: SENTENCES[name] for name in (role, "peer")},
            "words_a_sentence": round(word_count("\n".join(texts)) / len(texts), 1),
            "threads": THREADS,
            "rounds": found,
            "largest_difference_of_batches": apart(model, texts[:100]),
            "note": "the peer has DistilRoBERTa's layers, heads and vocabulary with drawn weights and a tokenizer "
            "trained on these sentences; its real weights would be the same work",
            **told,
        }
        if ask is None:
            print(
                f"text.tone_{role}_speed: {ours:.4g} sentences/s; not beside the peer: {told['peer_absent']}",
                flush=True,
            )
            continue
        record(
            "text",
            f"tone_{role}_speed",
            value=statistics.median(one[role] / one["peer"] for one in found),
            unit=f"times the peer's sentences a second ({ours:.4g} of ours)",
            bar=BARS[role],
            higher_is_better=True,
            peer=PEER,
            peer_value=1.0,  # the value is in its sentences a second
            details={**shared, "sentences_per_s": ours},
        )


def report_whole_filing(model: OnnxSentenceTone, text: str, source: str) -> None:
    """Record the seconds of a whole 10-K, from visible text to tone."""
    tone = SentenceTone(model)
    taken = []
    for _ in range(ROUNDS):
        forget_words(model)
        began = time.perf_counter()
        row = tone.score([text]).row(0, named=True)
        taken.append(time.perf_counter() - began)
    record(
        "text",
        "tone_fast_whole_10k",
        value=statistics.median(taken),
        unit=f"s for a 10-K of {word_count(text):,} words",
        bar=REPORT_BAR_S,
        higher_is_better=False,
        details={"model": model.version, "threads": THREADS, "source": source, "rounds": taken, "tone": row},
    )


def opened(name: str) -> OnnxSentenceTone | None:
    """Return the model of this name or folder, ready; None where no model of the name is packaged."""
    path = packaged_models().get(name, Path(name))
    if not path.is_dir():
        return None
    model = OnnxSentenceTone(path, threads=THREADS)
    model.ready()
    return model


def main() -> int:
    """Measure and record."""
    asked = arguments()
    models = {role: opened(name) for role, name in (("base", asked.base), ("fast", asked.fast))}
    if missing := [role for role, model in models.items() if model is None]:
        print(
            f"skipped: no model {' and '.join(getattr(asked, role) for role in missing)} is packaged or a folder here"
        )
        return 0
    ready = {role: model for role, model in models.items() if model is not None}
    source, by_form = filings()
    draw, half = random.Random(5), max(SENTENCES.values()) // 2  # noqa: S311 - which sentences
    pools = [different(read_all(by_form[form])) for form in FORMS]
    texts = [text for pool in pools for text in draw.sample(pool, min(half, len(pool)))]
    draw.shuffle(texts)
    report_speeds(ready, texts, asked.python)
    report_whole_filing(ready["fast"], long_report(by_form["10-K"]), source)
    return 0


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", default="tone-base", help="the accurate model: packaged, or a folder")
    parser.add_argument("--fast", default="tone-fast", help="the fast model: packaged, or a folder")
    parser.add_argument("--python", type=Path, default=TRAINING, help="interpreter with torch and transformers")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
