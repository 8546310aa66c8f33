"""A fingerprint of code changes with the code, and with nothing else."""

import re
import shutil
import sys
from pathlib import Path

import pytest

from edgewise.core.code import code_fingerprint


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of two files; `place` is where it lies."""
    folder = tmp_path / "here" / "sums"
    (folder / "deep").mkdir(parents=True)
    (folder / "__init__.py").write_text("one = 1\n")
    (folder / "deep" / "rules.toml").write_text("two = 2\n")
    monkeypatch.syspath_prepend(str(folder.parent))
    code_fingerprint.cache_clear()
    yield folder
    code_fingerprint.cache_clear()
    sys.modules.pop("sums", None)


def again():
    code_fingerprint.cache_clear()
    sys.modules.pop("sums", None)
    return code_fingerprint("sums")


@pytest.mark.usefixtures("package")
def test_it_is_sixteen_digits_and_the_same_again():
    assert re.fullmatch("[0-9a-f]{16}", again())
    assert again() == again()


@pytest.mark.parametrize("name", ["__init__.py", "deep/rules.toml", "deep/new.py"])
def test_another_content_is_another_fingerprint(package, name):
    before = again()
    (package / name).write_text("three = 3\n")
    assert again() != before


def test_what_is_no_source_does_not_count(package):
    before = again()
    (package / "deep" / "notes.txt").write_text("three")
    assert again() == before


def test_it_does_not_depend_on_where_the_code_lies(package, tmp_path, monkeypatch):
    before = again()
    shutil.copytree(package, tmp_path / "there" / "sums")
    monkeypatch.syspath_prepend(str(tmp_path / "there"))
    assert again() == before
    assert Path(sys.modules["sums"].__file__).is_relative_to(tmp_path / "there")
