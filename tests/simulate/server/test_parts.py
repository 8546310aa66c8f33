from __future__ import annotations

import pytest

from edgewise.simulate.server.parts import part_asked


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("bytes=0-", range(10)),
        ("bytes=3-5", range(3, 6)),
        ("bytes=3-3", range(3, 4)),
        ("bytes=3-99", range(3, 10)),
        ("bytes=-4", range(6, 10)),
        ("bytes=-99", range(10)),
        ("bytes=-0", range(10, 10)),
        ("bytes=10-", range(10, 10)),
        ("bytes=99-100", range(10, 10)),
    ],
)
def test_a_part_is_of_the_bytes_that_there_are(said, part):
    assert part_asked(said, 10) == part


@pytest.mark.parametrize("said", ["", "bytes=", "bytes=-", "bytes=5-3", "bytes=1-2,4-5", "lines=1-2", "bytes=a-b"])
def test_what_makes_no_sense_asks_for_everything(said):
    assert part_asked(said, 10) is None
