"""The page of fundamentals names every ratio, every basis, every line that a formula uses and every doubt."""

from pathlib import Path

from edgewise.fundamentals.checks import CHECKS
from edgewise.fundamentals.ratios import QUOTED, RATIOS
from edgewise.fundamentals.repairs import RESCALED, SIGN_REVERSED
from edgewise.fundamentals.splits import DOUBT
from edgewise.fundamentals.versions import STORED

PAGE = (Path(__file__).parents[2] / "docs" / "fundamentals.md").read_text()


def test_every_ratio_and_every_line_it_rests_on_stands_on_the_page():
    inputs = {name.partition("@")[0] for one in RATIOS for name in one.inputs} - set(QUOTED)
    names = {one.name for one in RATIOS} | inputs | set(STORED)
    assert sorted(name for name in names if f"`{name}`" not in PAGE) == []


def test_every_reason_of_a_suspect_line_stands_on_the_page():
    reasons = {one.reason for one in CHECKS} | {RESCALED, SIGN_REVERSED, DOUBT}
    reasons |= {"negative", "doubtful_concept", "restated_in_part"}
    assert sorted(reason for reason in reasons if f"`{reason}`" not in PAGE) == []
