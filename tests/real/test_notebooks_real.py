"""The notebooks run on real filings, too."""

from __future__ import annotations

import pytest

from tests.notebooks import NOTEBOOKS, read, run


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_on_real_filings_and_says_so(path, real_data, monkeypatch, tmp_path):
    monkeypatch.setenv("EDGEWISE_REAL_DATA", str(real_data))
    shown = run(read(path), tmp_path)
    assert "Real filings" in shown
    assert "SIMULATED" not in shown
