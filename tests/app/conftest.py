"""The command line as a person has it: words in; exit status, output and errors out."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from edgewise.app.main import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SETTINGS = ("HOME", "LAKE", "DOCUMENTS", "DATABASE", "EDGAR", "EDGAR_SESSION", "EDGAR_CATALOGUE", "IDENTITY")
SETTINGS += ("RATE_PER_S", "EXECUTOR")


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Everything on the output, which must be one JSON value and nothing else."""
        return json.loads(self.out)

    @property
    def complaint(self) -> str:
        """The errors as one line, without the reminder that the market is simulated and without a traceback."""
        assert "Traceback" not in self.err
        lines = [line.strip() for line in self.err.splitlines() if not line.startswith("SIMULATED MARKET")]
        return " ".join(filter(None, lines))


@pytest.fixture(autouse=True)
def no_settings(monkeypatch, tmp_path):
    """Take every setting of the person who runs the tests out of sight."""
    for name in SETTINGS:
        monkeypatch.delenv(f"EDGEWISE_{name}", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def edgewise(monkeypatch, capfd) -> Callable[..., Ended]:
    """Run a command in this process, as the installed script does."""

    def run(*words: str, **settings: object) -> Ended:
        with monkeypatch.context() as patch:
            for name, value in settings.items():
                patch.setenv(f"EDGEWISE_{name.upper()}", str(value))
            patch.setattr(sys, "argv", ["edgewise", *words])
            capfd.readouterr()
            with pytest.raises(SystemExit) as ended:
                sys.exit(main())
        out, err = capfd.readouterr()
        return Ended(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture
def empty(edgewise, tmp_path) -> Callable[..., Ended]:
    """Run a command where nothing is stored yet and nothing is set but the home."""
    return lambda *words, **settings: edgewise(*words, **{"home": tmp_path / "empty", "executor": "this"} | settings)


@pytest.fixture(scope="module")
def copied(travelled, tmp_path_factory) -> Path:
    """A copy of the home that travelled, which commands may write to."""
    home = tmp_path_factory.mktemp("copied") / "home"
    shutil.copytree(travelled.home, home)
    return home


@pytest.fixture
def simulated(edgewise, copied, market) -> Callable[..., Ended]:
    """Run a command on that copy."""
    shared = {"home": copied, "edgar": f"archive://{market.folder}", "executor": "this"}
    return lambda *words, **settings: edgewise(*words, **shared | settings)
