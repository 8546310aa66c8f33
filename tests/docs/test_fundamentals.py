"""The page of fundamentals names every ratio, every basis and every line that a formula uses."""

from pathlib import Path

from edgewise.fundamentals.ratios import QUOTED, RATIOS
from edgewise.fundamentals.versions import STORED

PAGE = (Path(__file__).parents[2] / "docs" / "fundamentals.md").read_text()


def test_every_ratio_and_every_line_it_rests_on_stands_on_the_page():
    inputs = {name.partition("@")[0] for one in RATIOS for name in one.inputs} - set(QUOTED)
    names = {one.name for one in RATIOS} | inputs | set(STORED)
    assert sorted(name for name in names if f"`{name}`" not in PAGE) == []
