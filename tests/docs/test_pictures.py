"""The pictures of a filing are what the reading of a simulated one gives, and say that it is simulated."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[2]
spec = importlib.util.spec_from_file_location("draw_filing", ROOT / "scripts" / "draw_filing.py")
draw_filing = importlib.util.module_from_spec(spec)
sys.modules["draw_filing"] = draw_filing  # its dataclasses look their module up
spec.loader.exec_module(draw_filing)

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module", params=draw_filing.PICTURES)
def picture(request):
    return request.param, (ROOT / "docs" / "images" / request.param).read_text(encoding="utf-8")


def luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_a_picture_is_current(picture):
    name, drawn = picture
    assert drawn == draw_filing.PICTURES[name](), "run: make docs"


def test_a_picture_says_that_the_filing_is_simulated_and_fetches_nothing(picture):
    _, drawn = picture
    texts = " ".join(ET.fromstring(drawn).itertext())
    assert "Simulated filing. No real company, no real text." in texts
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", drawn) == []
    assert "<script" not in drawn
    assert "<image" not in drawn


def test_all_words_can_be_read_on_the_paper_that_a_picture_brings(picture):
    _, drawn = picture
    root = ET.fromstring(drawn)
    paper = luminance(root.find(f"{SVG}rect").get("fill"))
    inks = {element.get("fill") for tag in ("text", "tspan") for element in root.iter(f"{SVG}{tag}")}
    assert len(inks) > 2
    assert {ink: round(c, 1) for ink in inks if (c := (paper + 0.05) / (luminance(ink) + 0.05)) < 4.5} == {}


def test_every_item_of_the_form_is_named_once_in_the_order_of_the_report():
    drawn = ET.fromstring((ROOT / "docs" / "images" / "filing_pages.svg").read_text(encoding="utf-8"))
    tags = [element.text for element in drawn.iter(f"{SVG}text") if element.get("text-anchor") == "end"]
    expected = "1 1A 1B 1C 2 3 4 5 6 7 7A 8 9 9A 9B 9C 10 11 12 13 14 15 16"  # Form 10-K of 2024
    assert tags == expected.split()


def test_the_page_turn_shows_a_number_a_break_and_a_head_between_risk_factors():
    drawn = ET.fromstring((ROOT / "docs" / "images" / "filing_page_turn.svg").read_text(encoding="utf-8"))
    roles = [element.text for element in drawn.iter(f"{SVG}text") if element.get("font-size") == "12.5"]
    turn = roles.index("page break")
    assert roles[turn - 1 : turn + 2] == ["page number", "page break", "running head"]
    assert {"group", "summary", "risk factor 1", "text of 1", "risk factor 3"} <= set(roles)
