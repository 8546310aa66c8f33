"""Turn an encoder into a model folder that gives vectors of texts: `python -m training.export_embedding`.

Nothing is trained: the weights are those that the encoder comes with. Parity is the cosine between the vectors of torch
and of ONNX Runtime for factors that we wrote; below the bound the export is refused.
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
import torch

from edgewise.adapters.onnx.embed import OnnxEmbedder
from edgewise.core.errors import Unusable
from training import checkpoint, fitting, records
from training.data import risk_factors
from training.encoder import open_encoder
from training.export import GRAPHS
from training.graph import INPUTS, embedding_graph
from training.options import ModelOptions
from training.train import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from omegaconf import DictConfig
    from tokenizers import Tokenizer
    from torch import nn

SELF_TEST = Path(__file__).with_name("embedding_self_test.tsv")


def export_embedding(settings: dict[str, Any]) -> OnnxEmbedder:
    """Export as configured; return the model that was written, loaded and tested.

    Raises NotConfigured where the encoder is not there, Unusable where its vectors are not those of torch.
    """
    texts = risk_factors.written()["body"].to_list()
    encoder, tokenizer, source = open_encoder(ModelOptions(**settings["model"]), texts)
    out = Path(settings["folder"])
    out.mkdir(parents=True, exist_ok=True)
    state = {name: values.numpy() for name, values in encoder.state_dict().items()}
    config = encoder.config.to_dict()
    graph = GRAPHS[settings["kept"]]
    for older in set(GRAPHS.values()):
        (out / older).unlink(missing_ok=True)
    (out / graph).write_bytes(embedding_graph(state, config, kept=settings["kept"]).SerializeToString())
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.save(str(out / checkpoint.TOKENIZER))
    manifest = _manifest(out, graph, settings, config["hidden_size"])
    _write(out, manifest)
    embedder = OnnxEmbedder(out)
    embedder.ready()
    manifest["parity"] = parity(encoder, tokenizer, embedder, texts[: settings["parity"]["texts"]], settings)
    _write(out, manifest)
    (out / "CARD.md").write_text(card(manifest, source, OnnxEmbedder(out).fingerprint))
    return embedder


def parity(
    encoder: nn.Module, tokenizer: Tokenizer, embedder: OnnxEmbedder, texts: Sequence[str], settings: dict[str, Any]
) -> dict[str, float]:
    """Return over how many texts vectors were compared with torch's, and their least and mean cosine.

    Raises Unusable where the least is below the bound.
    """
    ours = torch_vectors(encoder, fitting.encode(tokenizer, texts, max_tokens=settings["max_tokens"]))
    cosines = (ours * embedder.embed(texts)).sum(axis=1)
    found = {"texts": len(texts), "least_cosine": float(cosines.min()), "mean_cosine": float(cosines.mean())}
    print(f"parity on {found['texts']} texts: cosines from {found['least_cosine']:.4f}", flush=True)
    if found["least_cosine"] < settings["parity"]["least_cosine"]:
        raise Unusable(
            f"a vector of the exported graph has cosine {found['least_cosine']:.4f} with torch's",
            advice="Keep the weights in float32, or find the fault.",
        )
    return found


def torch_vectors(encoder: nn.Module, ids: Sequence[NDArray[np.int64]], *, batch: int = 16) -> NDArray[np.float32]:
    """Return the mean of the tokens' last states by torch, of length 1, in order."""
    encoder.eval()
    rows = []
    with torch.no_grad():
        for start in range(0, len(ids), batch):
            tokens, mask = fitting.padded(ids[start : start + batch], torch.device("cpu"))
            states = encoder(input_ids=tokens, attention_mask=mask).last_hidden_state
            shown = mask.unsqueeze(-1).to(states.dtype)
            rows.append(torch.nn.functional.normalize((states * shown).sum(1) / shown.sum(1), dim=1).numpy())
    return np.concatenate(rows)


def card(manifest: dict[str, Any], source: str, fingerprint: str) -> str:
    """Return the card of an exported encoder as Markdown."""
    agreed = manifest["parity"]
    rows = {
        "Weights": f"{manifest['origin']}, from {source} as they come; kept as {manifest['kept']}",
        "Licence of the weights": manifest["licence"],
        "Fingerprint": f"`{fingerprint}`",
        "Dimensions": manifest["dimensions"],
        "Reads at once": f"{manifest['max_tokens']} pieces of words; longer texts in windows, averaged",
        "Against torch": f"cosine at least {agreed['least_cosine']:.4f} over {agreed['texts']:,} texts",
        "Exported": f"{manifest['exported_at']}, code {manifest['code']}",
    }
    table = "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows.items())])
    return (
        f"# {manifest['name']}-{manifest['version']}\n\n"
        "Turns a text into a vector of length 1: the nearer two vectors, the more alike the texts' meanings. "
        "A general encoder of English; nothing of it was trained by us.\n\n"
        f"{table}\n\n"
        "## Limits\n\n"
        "- English only, and not trained on filings: two risk factors of one company look alike to it.\n"
        "- Likeness is of subject more than of direction: good and bad news about one thing are near each other.\n"
    )


def _manifest(out: Path, graph: str, settings: dict[str, Any], dimensions: int) -> dict[str, Any]:
    with SELF_TEST.open(newline="") as lines:
        samples = [{"text": text, "label": label} for label, text in csv.reader(lines, delimiter="\t")]
    return {
        "name": settings["name"],
        "version": settings["version"],
        "kind": "embedding",
        "labels": [],
        "dimensions": dimensions,
        "inputs": list(INPUTS),
        "outputs": ["embedding"],
        "max_tokens": settings["max_tokens"],
        "lowercase": True,
        "kept": settings["kept"],
        "files": {
            name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in (graph, checkpoint.TOKENIZER)
        },
        "self_test": samples,
        "licence": settings["licence"],
        "origin": settings["origin"],
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "code": records.code_version(),
    }


def _write(out: Path, manifest: dict[str, Any]) -> None:
    (out / "model.json").write_text(json.dumps(manifest, indent=1) + "\n")


@hydra.main(version_base=None, config_path="configs", config_name="embedding")
def main(configuration: DictConfig) -> None:
    """Export as the command line says."""
    export_embedding(plain(configuration))


if __name__ == "__main__":
    main()
