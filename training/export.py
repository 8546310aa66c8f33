"""Turn a checkpoint into a model folder, which `edgewise` loads without torch: `python -m training.export`.

1. The graph is written from the weights (`graph`), and the tokenizer beside it.
2. Parity: 1,000 sentences by torch and by ONNX Runtime; beyond the bounds the export is refused.
3. The self test: clear sentences with their tones, by which whoever loads the model sees that tokenizer and labels fit.
4. `model.json`, then the verdicts of the evaluation sets by the loaded folder itself, then `CARD.md`.
"""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hydra
import numpy as np
import onnxruntime
import torch

from edgewise.adapters.onnx.folder import open_folder
from edgewise.adapters.onnx.tone import OnnxSentenceTone
from edgewise.core.errors import InvalidInput, Unusable
from edgewise.core.ports import TONES
from training import checkpoint, fitting, records
from training.card import card
from training.data.written import written
from training.graph import INPUTS, classifier_graph
from training.judge import judge, remembered
from training.train import plain, tone_data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from omegaconf import DictConfig
    from tokenizers import Tokenizer
    from torch import nn

    from training.data.tone import ToneData
    from training.judge import Verdict

GRAPHS = {"float32": "model.onnx", "int8-weights": "model.int8.onnx", "int8": "model.int8.onnx"}
SELF_TEST = Path(__file__).with_name("self_test.tsv")
_BATCH = 16
_MARGIN = 0.05


def export(settings: dict[str, Any]) -> list[Verdict]:
    """Export as configured; return the verdicts of the model that was written."""
    return export_on(tone_data(settings["data"]), settings)


def export_on(data: ToneData, settings: dict[str, Any]) -> list[Verdict]:
    """Export, judged by data that is there; as `export`.

    Raises Unusable where the graph does not say what torch says, or the model fails its clear sentences.
    """
    out = Path(settings["folder"])
    out.mkdir(parents=True, exist_ok=True)
    model, tokenizer, architecture = checkpoint.load(Path(settings["checkpoint"]))
    state = {name: values.numpy() for name, values in model.state_dict().items()}
    graph = classifier_graph(state, architecture, kept=settings["kept"]).SerializeToString()
    for older in set(GRAPHS.values()):
        (out / older).unlink(missing_ok=True)
    (out / GRAPHS[settings["kept"]]).write_bytes(graph)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.save(str(out / checkpoint.TOKENIZER))
    sentences = data.validation["sentence"].to_list() + data.training["sentence"].to_list()
    ids = fitting.encode(tokenizer, sentences[: settings["parity"]["sentences"]], max_tokens=architecture["max_tokens"])
    agreed = parity(model, graph, ids)
    check_parity(agreed, settings["parity"])
    manifest = {
        "name": settings["name"],
        "version": settings["version"],
        "kind": "tone",
        "labels": list(TONES),
        "inputs": list(INPUTS),
        "outputs": ["logits"],
        "max_tokens": architecture["max_tokens"],
        "lowercase": True,
        "kept": settings["kept"],
        "files": {
            name: hashlib.sha256((out / name).read_bytes()).hexdigest()
            for name in (GRAPHS[settings["kept"]], checkpoint.TOKENIZER)
        },
        "self_test": self_test(
            model, tokenizer, max_tokens=architecture["max_tokens"], least_right=settings["self_test"]
        ),
        "parity": agreed,
        "licence": settings["licence"],
    }
    if settings["screen"]["model"]:
        manifest["screen"] = _screen(out, settings["screen"])
    return _finish(out, manifest, data, settings)


def _screen(out: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """Return what model.json says of the screen, whose folder lies beside the model's."""
    return settings | {"fingerprint": open_folder(out.parent / settings["model"]).fingerprint}


def parity(model: nn.Module, graph: bytes, ids: Sequence[NDArray[np.int64]]) -> dict[str, float]:
    """Return how the graph differs from torch: greatest difference of a probability, and share of equal tones."""
    runs = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    ours = fitting.probabilities(model, ids, batch=_BATCH)
    theirs = np.zeros_like(ours)
    for start in range(0, len(ids), _BATCH):
        given = fitting.padded(ids[start : start + _BATCH], torch.device("cpu"))
        (logits,) = runs.run(None, {name: values.numpy() for name, values in zip(INPUTS, given, strict=True)})
        theirs[start : start + _BATCH] = torch.from_numpy(logits).softmax(1).numpy()
    return {
        "sentences": len(ids),
        "largest_difference": float(np.abs(ours - theirs).max()),
        "agreement": float((ours.argmax(1) == theirs.argmax(1)).mean()),
    }


def check_parity(found: dict[str, float], bounds: dict[str, float]) -> None:
    """Raise Unusable where a graph differs from torch by more than the bounds: largest_difference and agreement."""
    told = f"differs by up to {found['largest_difference']:.2g}, agrees on {found['agreement']:.1%} of the tones"
    print(f"parity on {found['sentences']} sentences: {told}", flush=True)
    if found["largest_difference"] > bounds["largest_difference"] or found["agreement"] < bounds["agreement"]:
        raise Unusable(f"the exported graph {told}", advice="Keep the weights in float32, or find the fault.")


def self_test(model: nn.Module, tokenizer: Tokenizer, *, max_tokens: int, least_right: float) -> list[dict[str, str]]:
    """Return the clear sentences that the model gets right, a few of those that we wrote where a tone has none.

    least_right: share of the clear sentences that it must get right.
    Raises Unusable where it gets fewer right, or none of a tone: then its labels or its tokenizer are not its own.
    """
    with SELF_TEST.open(newline="") as lines:
        clear = [(text, label) for label, text in csv.reader(lines, delimiter="\t")]
    right = _right(model, tokenizer, clear, max_tokens)
    if len(right) < least_right * len(clear):
        raise Unusable(f"the model gets {len(right)} of {len(clear)} clear sentences right", advice="Train it further.")
    more = written()[0].rows(named=True)
    spare = _right(model, tokenizer, [(row["sentence"], TONES[row["label"]]) for row in more], max_tokens)
    for tone in TONES:
        if tone not in {label for _, label in right}:
            right += [(text, label) for text, label in spare if label == tone][:3]
        if tone not in {label for _, label in right}:
            raise Unusable(f"the model calls no {tone} sentence {tone}", advice="Train it further.")
    return [{"text": text, "label": label} for text, label in right]


def _right(
    model: nn.Module, tokenizer: Tokenizer, labelled: list[tuple[str, str]], max_tokens: int
) -> list[tuple[str, str]]:
    """Return the sentences that the model gets right by a margin: weights in bytes may tip a narrow choice over."""
    ids = fitting.encode(tokenizer, [text for text, _ in labelled], max_tokens=max_tokens)
    said = fitting.probabilities(model, ids, batch=_BATCH)
    second, first = np.sort(said, axis=1)[:, -2:].T
    clear = (first - second >= _MARGIN) & (said.argmax(1) == [TONES.index(label) for _, label in labelled])
    return [pair for pair, kept in zip(labelled, clear, strict=True) if kept]


def _finish(out: Path, manifest: dict[str, Any], data: ToneData, settings: dict[str, Any]) -> list[Verdict]:
    """Write model.json, have the folder judged as users load it, write model.json with the figures, and the card."""
    source = Path(settings["checkpoint"]) / checkpoint.RECORD
    if not source.is_file():
        raise InvalidInput(f"the checkpoint has no {checkpoint.RECORD}: nobody knows what it was trained on")
    record = json.loads(source.read_text())
    _write(out / "model.json", manifest)
    tone = OnnxSentenceTone(out, threads=torch.get_num_threads())
    tone.ready()
    verdicts = judge(tone.version, remembered(tone.probabilities), data.evaluation)
    metrics = {one.set: {"accuracy": one.accuracy.value, "macro_f1": one.macro_f1.value} for one in verdicts}
    manifest |= {
        "metrics": metrics,
        "data": record["data"],
        "trained_at": record["taken_at"],
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "code": records.code_version(),
    }
    _write(out / "model.json", manifest)
    (out / "CARD.md").write_text(card(manifest, record, verdicts, fingerprint=tone.fingerprint))
    return verdicts


def _write(file: Path, content: dict[str, Any]) -> None:
    file.write_text(json.dumps(content, indent=1) + "\n")


@hydra.main(version_base=None, config_path="configs", config_name="export")
def main(configuration: DictConfig) -> None:
    """Export as the command line says."""
    export(plain(configuration))


if __name__ == "__main__":
    main()
