"""The notebooks run from the first cell to the last, and are stored without what they show.

A notebook that read real filings shows their text, and fetched text does not enter the repository. Here they run on
simulated filings; `tests/real` runs them on real ones.
"""

from __future__ import annotations

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from tests.notebooks import NOTEBOOKS, read, run


def test_there_is_a_notebook():
    names = ["01_reading_a_filing.ipynb", "02_tone.ipynb", "03_point_in_time.ipynb"]
    assert [path.name for path in NOTEBOOKS] == names


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs(path):
    cells = read(path).cells
    assert len(cells) > 1
    kept = [n for n, cell in enumerate(cells) if cell.get("outputs") or cell.get("execution_count")]
    assert kept == [], "clear all outputs before you commit"
    assert [n for n, cell in enumerate(cells) if cell.get("attachments") or cell.metadata] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_on_simulated_filings_and_says_so(path, monkeypatch, tmp_path):
    monkeypatch.setenv("EDGEWISE_REAL_DATA", str(tmp_path))
    assert "SIMULATED" in run(read(path), tmp_path)


def test_a_cell_that_raises_fails_the_run(tmp_path):
    cells = [nbformat.v4.new_code_cell("1 + 1"), nbformat.v4.new_code_cell("assert 1 + 1 == 3, 'planted'")]
    with pytest.raises(CellExecutionError, match="planted"):
        run(nbformat.v4.new_notebook(cells=cells), tmp_path)
