"""Average the weights of runs that started from the same encoder: `python -m training.average`.

Runs that differ in their data or their chance end in the same valley; the middle of it is better than either, at the
price of one ("model soup", Wortsman and others, 2022).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hydra
import torch

from edgewise.core.errors import InvalidInput
from training import checkpoint, records
from training.train import plain, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from omegaconf import DictConfig
    from torch import nn

    from training.data.tone import ToneData


def average_on(_data: ToneData | None, settings: dict[str, Any]) -> dict[str, Any]:
    """Average as configured; write the checkpoint and the record, and return the record.

    The data that the record tells are those of the last run.
    Raises InvalidInput for no run, or for runs of other networks.
    """
    folders = [Path(folder) for folder in settings["runs"]]
    runs = [json.loads((folder / checkpoint.RECORD).read_text()) for folder in folders]
    read = [checkpoint.load(folder) for folder in folders]
    if not read or any(architecture != read[0][2] for _, _, architecture in read):
        raise InvalidInput("only runs of one network have an average", advice="Name their checkpoints in `runs`.")
    model, tokenizer, architecture = read[-1]
    model.load_state_dict(_mean([one for one, _, _ in read]))
    found = records.record(
        settings["name"],
        f"mean of the weights of {len(runs)} fine-tuned encoders",
        parameters=shown(settings),
        encoder=runs[-1]["encoder"],
        runs=[_told(folder.name, run) for folder, run in zip(folders, runs, strict=True)],
        data=runs[-1]["data"],
        history={"epochs": [], "seconds": sum(run["history"]["seconds"] for run in runs)},
    )
    out = Path(settings["out"])
    checkpoint.save(out, model, tokenizer, max_tokens=architecture["max_tokens"])
    records.write(found, out / checkpoint.RECORD, Path(settings["records"]) / f"{settings['name']}.json")
    return found


def _mean(models: Sequence[nn.Module]) -> dict[str, torch.Tensor]:
    """Return the mean of each weight; what is no fraction, such as a table of positions, as the last one has it."""
    states = [model.state_dict() for model in models]
    return {
        name: torch.stack([state[name] for state in states]).mean(0) if values.is_floating_point() else values
        for name, values in states[-1].items()
    }


def _told(name: str, run: dict[str, Any]) -> dict[str, Any]:
    """Return what names a run in the record of an average; its own record tells the rest."""
    return {"name": name, "code": run["code"], "taken_at": run["taken_at"], "training": run["data"]["training"]}


@hydra.main(version_base=None, config_path="configs", config_name="average")
def main(configuration: DictConfig) -> None:
    """Average as the command line says."""
    average_on(None, plain(configuration))


if __name__ == "__main__":
    main()
