"""Do a whole recipe, step after step, on data built once: `python -m training.make [RECIPE] [step.key=value]`.

A recipe is a list of steps in `configs/recipe/`; `make train` does `real`, `make train-smoke` does `smoke`.
"""

from __future__ import annotations

import argparse
import json
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from training.average import average_on
from training.distil import distil_on
from training.evaluate import evaluate_on
from training.export import export_on
from training.train import plain, tone_data, train_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from training.data.tone import ToneData

CONFIGS = Path(__file__).with_name("configs")
STEPS: dict[str, Callable[[ToneData, dict[str, Any]], object]] = {
    "train": train_on,
    "average": average_on,
    "distil": distil_on,
    "export": export_on,
    "evaluate": evaluate_on,
}


def make(recipe: str, changes: list[str]) -> None:
    """Do the steps of a recipe. changes: `step.key=value`, on top of what the recipe says of that step."""
    began = time.perf_counter()
    built: dict[str, ToneData] = {}
    for step in plain(OmegaConf.load(CONFIGS / "recipe" / f"{recipe}.yaml"))["steps"]:
        own = [change.removeprefix(f"{step['name']}.") for change in changes if change.startswith(f"{step['name']}.")]
        with initialize_config_dir(str(CONFIGS), version_base=None):
            settings = plain(compose(step["do"], [*step["overrides"], *_instead(step), *own]))
        wanted = json.dumps(settings["data"], sort_keys=True)
        if wanted not in built:
            built[wanted] = tone_data(settings["data"])
            print(json.dumps(built[wanted].report["left_out"]), flush=True)
        print(f"{step['name']} ({time.perf_counter() - began:.0f} s)", flush=True)
        STEPS[step["do"]](built[wanted], settings)
    print(f"{recipe}: done in {time.perf_counter() - began:.0f} s", flush=True)


def _instead(step: dict[str, Any]) -> list[str]:
    """Return what a step changes where a package of weights is absent, and say so."""
    without = step.get("without")
    if without is None or find_spec(without["package"]) is not None:
        return []
    print(f"{step['name']}: {without['package']} is absent, so {' '.join(without['overrides'])}", flush=True)
    return without["overrides"]


def main() -> None:
    """Make what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", nargs="?", default="real")
    parser.add_argument("changes", nargs="*", metavar="step.key=value")
    options = parser.parse_args()
    make(options.recipe, options.changes)


if __name__ == "__main__":
    main()
