"""The one way to the real data: the folder beside the checkout, or the one EDGEWISE_REAL_DATA names; otherwise skip."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

BESIDE_THE_CHECKOUT = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with sec.zip and market/."""
    folder = Path(os.environ.get("EDGEWISE_REAL_DATA", BESIDE_THE_CHECKOUT))
    if not (folder / "sec.zip").is_file():
        pytest.skip("no real data here: put sec.zip in a folder and name it in EDGEWISE_REAL_DATA")
    return folder


@pytest.fixture(scope="session")
def sec_archive(real_data: Path):
    """The archive of real SEC files, open for reading; names are URLs without the scheme."""
    with zipfile.ZipFile(real_data / "sec.zip") as archive:
        yield archive
