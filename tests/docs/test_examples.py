"""Examples in docstrings show what really happens."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src"
SHOWN = sorted(
    ".".join(file.relative_to(SRC).with_suffix("").parts) for file in SRC.rglob("*.py") if ">>> " in file.read_text()
)


@pytest.mark.parametrize("module", SHOWN)
def test_the_examples_of_a_module_give_what_they_show(module):
    found = doctest.testmod(importlib.import_module(module))
    assert (found.attempted > 0, found.failed) == (True, 0)


def test_there_are_examples():
    assert len(SHOWN) >= 5
