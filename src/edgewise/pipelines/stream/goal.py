"""How far a filing goes, by its form: to its score where it has words, to its rows where it is a form of fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.core.ports import FilingState
from edgewise.pipelines.insiders import OWNERSHIP_FORMS
from edgewise.pipelines.parse import FORMS_WITH_WORDS
from edgewise.sources.edgar.holdings import FORMS_13F

if TYPE_CHECKING:
    from edgewise.core.ports import FilingWork

FORMS_TO_READ: tuple[str, ...] = (*FORMS_WITH_WORDS, *OWNERSHIP_FORMS, *FORMS_13F)
"""Forms that some stage reads; all others rest as soon as they are fetched."""


def at_goal(work: FilingWork) -> bool:
    """Return whether nothing is left to do: as far as its form goes, or failed for good. '' may be any form."""
    if work.state is FilingState.FETCHED:
        return bool(work.form) and work.form not in FORMS_TO_READ
    if work.state is FilingState.PARSED:
        return bool(work.form) and work.form not in FORMS_WITH_WORDS
    return work.state in (FilingState.SCORED, FilingState.FAILED)
