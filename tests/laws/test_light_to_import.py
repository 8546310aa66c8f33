"""One program, many sizes: whoever never asks a trained model never waits for the libraries that run or make one."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"torch", "onnxruntime", "tokenizers", "transformers", "onnx", "huggingface_hub", "sklearn"}
IMPORT_ALL = """
import importlib, pkgutil, sys
import edgewise
others = ("edgewise.adapters.ray", "edgewise.adapters.aws", "edgewise.adapters.s3", "edgewise.__main__")
for found in pkgutil.walk_packages(edgewise.__path__, "edgewise."):
    if not found.name.startswith(others) and "migrations" not in found.name:
        importlib.import_module(found.name)
"""


def imported_by(program: str) -> set[str]:
    """Return which of the heavy libraries a fresh interpreter has after this program."""
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "edgewise" in done.stdout.split()
    return HEAVY & set(done.stdout.split())


@pytest.mark.parametrize("program", ["import edgewise", "import edgewise.app.main", IMPORT_ALL])
def test_importing_edgewise_imports_no_library_of_models(program):
    assert imported_by(program) == set()


def test_the_test_sees_a_library_where_there_is_one():
    assert imported_by("import edgewise, tokenizers") >= {"tokenizers"}
