"""Form types: the closed list, and what a misspelt one gets told."""

from __future__ import annotations

import pytest

from edgewise.core.errors import InvalidInput
from edgewise.sources.edgar.forms import FORMS, checked_form


@pytest.mark.parametrize(
    ("given", "spelt"), [("10-k", "10-K"), (" sc  13d/a ", "SC 13D/A"), ("4", "4"), ("NT 10-Q", "NT 10-Q")]
)
def test_forms_get_edgars_spelling(given, spelt):
    assert checked_form(given) == spelt


@pytest.mark.parametrize(("given", "near"), [("10K", "10-K"), ("SC13D", "SC 13D"), ("8-K/B", "8-K")])
def test_an_unknown_form_names_its_neighbours(given, near):
    with pytest.raises(InvalidInput, match=near):
        checked_form(given)


@pytest.mark.parametrize("given", ["", "/A", "annual report", "10-K/A/A"])
def test_what_is_no_form_is_refused(given):
    with pytest.raises(InvalidInput):
        checked_form(given)


def test_the_list_holds_no_amendments_and_no_blanks():
    assert not [form for form in FORMS if form.endswith("/A") or form != form.strip() or not form]
