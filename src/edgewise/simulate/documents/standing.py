"""What every report says in the same words: legal matters, controls, and the notes on accounting policies.

Real items are rarely shorter than that, and a reader that knows how long they are doubts the ones that are. None of
these words carries a tone.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

PROCEEDINGS = (
    "We are involved in matters in the ordinary course of business that we consider immaterial, alone and together."
)
CONTROLS = (
    "Management concluded that disclosure controls and procedures were effective. The conclusion rests on an "
    "evaluation as of the last day of the period, in which the Chief Executive Officer and the Chief Financial Officer "
    "took part. There was no change in internal control over financial reporting during the last quarter that affected "
    "that control in a material way. Management used the framework of the Committee of Sponsoring Organizations."
)


@lru_cache(maxsize=1)
def notes() -> tuple[str, ...]:
    """Return the notes on accounting policies, a paragraph each."""
    return tuple(files(__package__).joinpath("notes.txt").read_text(encoding="ascii").splitlines())
