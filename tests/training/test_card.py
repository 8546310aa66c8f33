"""The model card names where every sentence comes from."""

import re
from pathlib import Path

from training.card import ORIGINS

CONFIGURED = (Path(__file__).parents[2] / "training" / "configs" / "data" / "tone_wide.yaml").read_text()


def test_every_source_that_is_configured_has_its_line_on_the_card():
    sources = re.search(r"^sources: \[(.*)\]$", CONFIGURED, re.MULTILINE).group(1).split(", ")
    assert len(sources) > 3
    assert set(sources) <= ORIGINS.keys()
    assert all(what and licence for what, licence in ORIGINS.values())
