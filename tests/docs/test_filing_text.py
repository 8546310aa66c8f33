"""The page on filing text describes every status and every reason code that the code can give, and no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import edgewise.text
from edgewise.text import kinds, visible_text
from edgewise.text.forms import declared
from edgewise.text.items import confidence
from edgewise.text.risk_factors import outline

ROOT = Path(__file__).parents[2]
TEXT = Path(edgewise.text.__file__).parent
PAGE = (ROOT / "docs" / "filing-text.md").read_text()
# Words in the shape of a code that these modules use for something else.
NO_CODES = {"html", "plain", "ok", "suspect", "absent"}


def told(section: str) -> list[str]:
    """Return the codes in the first column of the tables of a section."""
    _, after = PAGE.split(f"{section}\n", 1)
    rows = re.findall(r"^\| (`.+?) \|", re.split(r"^##", after, maxsplit=1, flags=re.MULTILINE)[0], re.MULTILINE)
    return [code for row in rows for code in re.findall(r"`(\w+)`", row)]


def words_of(module: object) -> set[str]:
    """Return the string constants of a module that have the shape of a code."""
    nodes = ast.walk(ast.parse(Path(module.__file__).read_text()))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if re.fullmatch(r"[a-z]+(?:_[a-z]+)*", text)} - NO_CODES


def given_by_the_scan() -> set[str]:
    sources = "".join(path.read_text() for path in [*TEXT.glob("scan*.p*"), TEXT / "document.py"])
    found = re.findall(r'reasons\.add\("(\w+)"\)|\*reasons, "(\w+)"|\("(\w+)", \*reasons', sources)
    return {code for groups in found for code in groups if code}


def test_every_reason_to_doubt_an_item_is_described_and_no_other():
    codes = told("### Reasons of items")
    assert sorted(codes) == sorted(confidence.DOUBTS)


def test_every_reason_of_a_document_is_described_and_no_other():
    judged = set(re.findall(r'(?:yield|append\()\s*"(\w+)"', Path(visible_text.__file__).read_text()))
    assert len(given_by_the_scan()) > 4
    assert len(judged) > 1
    expected = given_by_the_scan() | judged | words_of(kinds)
    assert sorted(told("### Reasons of documents")) == sorted(expected)


def test_every_reason_of_risk_factors_is_described_and_no_other():
    assert sorted(told("## Risk factors")) == sorted(words_of(outline))


def test_every_status_of_an_item_is_described():
    assert told("## Items")[:4] == ["ok", "by_reference", "absent", "suspect"]


def test_the_border_of_doubt_and_the_surest_confidence_are_those_of_the_code():
    assert f"suspect if below {confidence.SUSPECT_BELOW}" in PAGE
    assert f"confidence = {confidence._SURE} *" in PAGE


@pytest.mark.parametrize("path", sorted((TEXT / "forms").glob("*.toml")), ids=lambda path: path.stem)
def test_every_form_is_named(path):
    names = {"former_foreign_annual_report": "foreign_annual_report"}  # one form in two eras
    assert f"`{names.get(path.stem, path.stem)}.toml`" in PAGE


def test_the_form_shown_to_those_who_add_one_can_be_read():
    (shown,) = re.findall(r"```toml\n(.+?)```", PAGE, re.DOTALL)
    form = declared.read_form("shown", shown)
    assert [(kind.part, kind.item, kind.risk_factors) for kind in form.items] == [("II", "1A", True)]
