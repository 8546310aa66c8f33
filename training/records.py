"""The record of an experiment: parameters, data by fingerprint, figures of each epoch, time, versions. A JSON file."""

from __future__ import annotations

import json
import platform
import subprocess
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgewise.core.errors import NotConfigured

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from training.options import Tracking

PACKAGES = ("edgewise", "torch", "transformers", "peft", "tokenizers", "onnx", "onnxruntime", "numpy", "polars")
CHECKOUT = Path(__file__).parents[1]


def record(name: str, what: str, *, parameters: Mapping[str, Any], **found: Any) -> dict[str, Any]:
    """Return the record of an experiment: its name, what was done, with what, and what came of it.

    Paths of this machine have no place in `parameters`: the record is committed.
    """
    return {
        "name": name,
        "what": what,
        "parameters": dict(parameters),
        **found,
        "versions": {package: _version(package) for package in PACKAGES},
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "code": code_version(),
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def write(found: Mapping[str, Any], *files: Path) -> None:
    """Write a record to each of these files."""
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(found, indent=1, default=str) + "\n")


def track(found: Mapping[str, Any], tracking: Tracking) -> list[str]:
    """Tell the record to MLflow and Weights & Biases where a URL is configured; return what was told or skipped.

    Raises NotConfigured where a URL is configured and its package is absent.
    """
    done = []
    for name, url, tell in (("mlflow", tracking.mlflow, _to_mlflow), ("wandb", tracking.wandb, _to_wandb)):
        if not url:
            done.append(f"{name}: skipped, no URL")
            continue
        tell(_package(name), found, url)
        done.append(f"{name}: told")
    return done


def code_version() -> str:
    """Return the commit of the checkout, with a + if files differ from it, '' where there is no git."""
    try:
        commit = _git("rev-parse", "--short=12", "HEAD")
        return commit + ("+" if _git("status", "--porcelain", "--untracked-files=no", "--", "training") else "")
    except (OSError, subprocess.SubprocessError):
        return ""


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=True, timeout=10)  # noqa: S603, S607 - fixed arguments
    return done.stdout.strip()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _package(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError as error:
        raise NotConfigured(f"{name} is not installed", advice=f"pip install {name}, or clear its URL.") from error


def _to_mlflow(mlflow: Any, found: Mapping[str, Any], url: str) -> None:
    mlflow.set_tracking_uri(url)
    with mlflow.start_run(run_name=found["name"]):
        mlflow.log_params(found["parameters"])
        for number, epoch in enumerate(found["history"]["epochs"]):
            mlflow.log_metrics(epoch, step=number)
        mlflow.log_dict(dict(found), "record.json")


def _to_wandb(wandb: Any, found: Mapping[str, Any], url: str) -> None:
    run = wandb.init(name=found["name"], config=found["parameters"], settings=wandb.Settings(base_url=url))
    for epoch in found["history"]["epochs"]:
        run.log(epoch)
    run.finish()
