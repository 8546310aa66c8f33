"""Fit the head of risk categories over a packaged encoder: `python -m training.risk_head data.folder=...`.

1. Factors that we wrote, and real ones labelled by reading, become features by the code that inference runs.
2. A logistic regression is fitted to all but one fold of companies after the other: every real factor is judged by a
   head that saw nothing of its company.
3. The sharpness that makes those answers likeliest is multiplied into the weights: it changes scores, no category.
4. The head that ships is fitted to all of them. It must give examples of the taxonomy their categories; those of which
   it is sure become its self test.

The companies of `tests/real/truth/risk_categories` are not among them: they judge (`make evaluate ONLY=categories`).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hydra
import numpy as np
import polars as pl
from sklearn.linear_model import LogisticRegression

from edgewise.adapters.onnx import OnnxEmbedder, packaged_models
from edgewise.core.errors import Unusable
from edgewise.text.risk_categories.declared import taxonomy
from edgewise.text.risk_categories.head import KIND, MANIFEST, WEIGHTS
from edgewise.text.risk_categories.keywords import KeywordRiskCategories
from edgewise.text.risk_categories.learned import LearnedRiskCategories, features, labels_of_taxonomy, softmax
from training import options, records
from training.data import risk_factors
from training.data.home import open_home
from training.data.labelled import share_of
from training.train import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from omegaconf import DictConfig

    Floats = NDArray[np.float64]

_DIGITS = 16
_LIMITS = """\
- English only; trained and judged on annual reports of American companies.
- Of a body it reads the beginning. A factor gets one category, however many risks it tells of.
- More than every second error is between categories of which a sensible reader could have chosen either.
- Labels are one reader's, read once.
- Categories of few labelled real factors (brand, privacy, ai, china, blank_check, drug_development) rest on what we
  wrote.
"""


def train(settings: dict[str, Any]) -> dict[str, Any]:
    """Fit, check and write the head as configured; return its record.

    Raises NotFound and SchemaMismatch where the labelled factors are not found, Unusable for a head that calls too
    few examples of the taxonomy what they are.
    """
    frame = factors_of(settings["data"])
    embedder = OnnxEmbedder(packaged_models()[settings["encoder"]])
    rows = features(
        embedder, KeywordRiskCategories(), frame["heading"].to_list(), frame["body"].to_list(), **settings["features"]
    )
    logits = cross_fitted(frame, rows, settings)
    sharp = sharpness(logits, frame.filter("real")["category"])
    checked = agreement_of(frame.filter("real"), sharp * logits) | {"sharpness": sharp}
    weights = sharp * fitted(frame, rows, settings["fit"])
    data = told(frame)
    manifest = manifest_of(settings, embedder, weights) | {"data": data, "checked": checked}
    record = records.record(
        settings["name"],
        "logistic regression over vectors of heading and body and shares of keyword evidence",
        parameters={name: settings[name] for name in ("encoder", "features", "fit", "check")},
        data=data,
        metrics=checked,
        head=manifest["files"],
    )
    write(Path(settings["folder"]), manifest, weights)
    LearnedRiskCategories(embedder, settings["folder"]).ready()
    records.write(record, Path(settings["record"]))
    return record


def factors_of(settings: dict[str, Any]) -> pl.DataFrame:
    """Return all factors to learn from, with `real`: whether it stands in a filing."""
    folder = options.real_data(settings["folder"])
    real = [risk_factors.of_filings(open_home(Path(settings["home"]), folder)), risk_factors.of_documents(folder)]
    return pl.concat(
        [
            risk_factors.written().with_columns(real=pl.lit(value=False)),
            *(frame.with_columns(real=pl.lit(value=True)) for frame in real),
        ]
    )


def fitted(frame: pl.DataFrame, rows: Floats, fit: dict[str, Any]) -> Floats:
    """Return weights of shape (labels, features + 1), the bias last, in the order of `labels_of_taxonomy`.

    Raises Unusable where a label has no factor.
    """
    weights = np.where(frame["real"].to_numpy(), fit["real_weight"], 1.0)
    regression = LogisticRegression(C=fit["inverse_penalty"], max_iter=fit["rounds"])
    regression.fit(rows.astype(np.float32), frame["category"].to_numpy(), sample_weight=weights)
    places = {str(name): place for place, name in enumerate(regression.classes_)}
    if missing := [label for label in labels_of_taxonomy() if label not in places]:
        raise Unusable(f"no factor to learn {', '.join(missing)} from", advice="Write or label some.")
    order = [places[label] for label in labels_of_taxonomy()]
    found: Floats = np.column_stack([regression.coef_, regression.intercept_])[order]
    return found.astype("<f4").astype(np.float64)


def cross_fitted(frame: pl.DataFrame, rows: Floats, settings: dict[str, Any]) -> Floats:
    """Return logits, shape (real factors, labels), of heads that saw nothing of a factor's company."""
    check = settings["check"]
    folds = np.array([int(share_of(check["seed"], group) * check["folds"]) for group in frame["group"]])
    real = frame["real"].to_numpy()
    logits = np.zeros((frame.height, len(labels_of_taxonomy())))
    for fold in range(check["folds"]):
        held = real & (folds == fold)
        if held.any():
            weights = fitted(frame.filter(pl.Series(~held)), rows[~held], settings["fit"])
            logits[held] = rows[held] @ weights[:, :-1].T + weights[:, -1]
    found: Floats = logits[real]
    return found


def sharpness(logits: Floats, labels: pl.Series) -> float:
    """Return what logits are multiplied by, of 0.5, 0.55, ... 2.5, for the labels to be likeliest."""
    places = [labels_of_taxonomy().index(label) for label in labels]
    tried = [round(0.05 * step, 2) for step in range(10, 51)]
    likely = [np.log(softmax(one * logits)[np.arange(len(places)), places]).sum() for one in tried]
    return tried[int(np.argmax(likely))]


def agreement_of(frame: pl.DataFrame, logits: Floats) -> dict[str, float]:
    """Return the shares of factors with the right category and with an acceptable one, and the mean score."""
    said = [labels_of_taxonomy()[place] for place in logits.argmax(axis=1)]
    pairs = list(zip(said, frame["category"], frame["acceptable"], strict=True))
    return {
        "factors": len(pairs),
        "accuracy": float(np.mean([one == label for one, label, _ in pairs])),
        "acceptable": float(np.mean([one == label or one in others for one, label, others in pairs])),
        "mean_score": float(softmax(logits).max(axis=1).mean()),
    }


def manifest_of(settings: dict[str, Any], embedder: OnnxEmbedder, weights: Floats) -> dict[str, Any]:
    """Return what `head.json` says."""
    return {
        "name": settings["name"],
        "version": settings["version"],
        "kind": KIND,
        "taxonomy": taxonomy().version,
        "keywords": KeywordRiskCategories().version,
        "labels": list(labels_of_taxonomy()),
        "embedder": {
            "version": embedder.version,
            "fingerprint": embedder.fingerprint,
            "dimensions": embedder.dimensions,
        },
        **settings["features"],
        "files": {WEIGHTS: hashlib.sha256(weights.astype("<f4").tobytes()).hexdigest()},
        "self_test": self_test(settings, embedder, weights),
        "licence": settings["licence"],
    }


def self_test(settings: dict[str, Any], embedder: OnnxEmbedder, weights: Floats) -> list[dict[str, str]]:
    """Return one example of each category of the taxonomy that the head is sure of.

    Raises Unusable where it is sure of none in every second category.
    """
    examples = [(text, category.id) for category in taxonomy().categories for text in category.examples]
    texts, labels = zip(*examples, strict=True)
    rows = features(embedder, KeywordRiskCategories(), texts, [""] * len(texts), **settings["features"])
    probabilities = softmax(rows @ weights[:, :-1].T + weights[:, -1])
    sure: dict[str, str] = {}
    for text, label, row in zip(texts, labels, probabilities, strict=True):
        if row[labels_of_taxonomy().index(label)] >= settings["check"]["sure"]:
            sure.setdefault(label, text)
    if 2 * len(sure) < len(taxonomy().categories):
        raise Unusable(f"the head is sure of examples of {len(sure)} categories only", advice="Label more factors.")
    return [{"text": text, "label": label} for label, text in sure.items()]


def told(frame: pl.DataFrame) -> dict[str, Any]:
    """Return what the head learned from: counts, companies, and a fingerprint of all texts with their labels."""
    rows = sorted("\t".join(row) for row in frame.select("category", "heading", "body").iter_rows())
    return {
        "written": frame.filter(~pl.col("real")).height,
        "real": frame.filter("real").height,
        "companies": sorted(set(frame.filter("real")["group"])),
        "fingerprint": hashlib.sha256("\n".join(rows).encode()).hexdigest()[:_DIGITS],
        "real_by_category": dict(
            sorted(frame.filter("real")["category"].value_counts().iter_rows(), key=lambda pair: (-pair[1], pair[0]))
        ),
    }


def write(folder: Path, manifest: dict[str, Any], weights: Floats) -> None:
    """Write the head: weights, manifest, card."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / WEIGHTS).write_bytes(weights.astype("<f4").tobytes())
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
    (folder / "CARD.md").write_text(card(manifest))


def card(manifest: dict[str, Any]) -> str:
    """Return the card of the head as Markdown."""
    data, checked, embedder = manifest["data"], manifest["checked"], manifest["embedder"]
    facts = {
        "Labels": f"{len(manifest['labels'])}: those of taxonomy {manifest['taxonomy']} in their order, then `other`",
        "Stands on": f"{embedder['version']} (`{embedder['fingerprint']}`) and {manifest['keywords']}",
        "Licence": manifest["licence"],
        "Learned from": f"{data['written']:,} factors that we wrote and {data['real']:,} of filings of "
        f"{len(data['companies'])} companies, labelled by reading (fingerprint `{data['fingerprint']}`)",
        "Scores": f"sharpened by {checked['sharpness']} on companies left out, where the mean score is then "
        f"{checked['mean_score']:.3f}",
        "Companies it did not see": f"{checked['accuracy']:.3f} of {checked['factors']} right, "
        f"{checked['acceptable']:.3f} right or acceptable, by leaving companies out of training",
    }
    table = "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in facts.items())])
    return (
        f"# {manifest['name']}-{manifest['version']}\n\nSays what a risk factor is about: a linear head over an "
        f"encoder and the phrases of the taxonomy.\n\n{table}\n\n"
        "`make evaluate ONLY=categories` judges it on companies that are not among these.\n\n"
        f"## Limits\n\n{_LIMITS}"
    )


@hydra.main(version_base=None, config_path="configs", config_name="risk_head")
def main(configuration: DictConfig) -> None:
    """Train as the command line says."""
    record = train(plain(configuration))
    print(json.dumps(record["metrics"]), flush=True)


if __name__ == "__main__":
    main()
