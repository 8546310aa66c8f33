"""The documentation says what the code does: rendered pages are current, and nothing public is missing."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from edgewise.core import errors
from edgewise.factors import registry
from edgewise.serve.api import Rooms, create_app

ROOT = Path(__file__).parents[2]
spec = importlib.util.spec_from_file_location("render_docs", ROOT / "scripts" / "render_docs.py")
render_docs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(render_docs)


@pytest.mark.parametrize("page", render_docs.PAGES)
def test_a_rendered_page_is_current(page):
    assert (ROOT / "docs" / page).read_text() == render_docs.PAGES[page](), "run: make docs"


@pytest.mark.parametrize("factor", registry.ALL, ids=lambda factor: factor.name)
def test_every_factor_has_its_page(factor):
    page = (ROOT / "docs" / "factors" / f"{factor.name}.md").read_text()
    assert page.startswith(f"# {factor.name}\n")
    assert f"factors/{factor.name}.md" in (ROOT / "zensical.toml").read_text()


def test_every_route_is_described_and_every_described_route_exists():
    described = set(re.findall(r"`GET (/[^`]*)`", (ROOT / "docs" / "api.md").read_text()))
    served = set(create_app(Rooms(None, None, None, "0")).openapi()["paths"])
    assert described == served


def test_every_reason_a_filing_can_fail_for_is_explained():
    page = (ROOT / "docs" / "failures.md").read_text()
    leaves = {errors.Transient, errors.Unusable}
    codes = {kind.reason for leaf in leaves for kind in leaf.__subclasses__()} - {"schema_mismatch"}
    assert [code for code in sorted(codes) if f"`{code}`" not in page] == []


def test_every_page_stands_in_the_navigation():
    navigation = (ROOT / "zensical.toml").read_text()
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert {page for page in pages if f'"{page}"' not in navigation} == set()


def test_the_readme_shows_the_two_commands():
    readme = (ROOT / "README.md").read_text()
    assert "make demo" in readme
    assert "make test" in readme


def test_every_page_of_the_navigation_exists():
    named = re.findall(r'"([\w/-]+\.md)"', (ROOT / "zensical.toml").read_text())
    assert "index.md" in named
    assert [page for page in named if not (ROOT / "docs" / page).is_file()] == []
