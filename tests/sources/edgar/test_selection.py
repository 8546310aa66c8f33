"""Selections: what they take, and what they refuse when made."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from edgewise.core.errors import InvalidInput
from edgewise.core.identifiers import Accession, Cik
from edgewise.sources.edgar.discovered import Discovered
from edgewise.sources.edgar.selection import Origin, Selection

FOUND = Discovered(
    accession=Accession("0001193125-25-181883"),
    cik=Cik(54476),
    ciks=(Cik(54476), Cik(1711269)),
    location="https://www.sec.gov/Archives/edgar/data/54476/000119312525181883/",
    forms=("8-K",),
    filed_date=date(2025, 8, 14),
)


class TestTaking:
    @pytest.mark.parametrize(
        "filters",
        [
            {},
            {"forms": ("8-k",)},
            {"forms": ("10-K", "8-K")},
            {"ciks": ("1711269",)},
            {"since": date(2025, 8, 14), "until": date(2025, 8, 14)},
        ],
    )
    def test_it_takes_what_fits_all_filters(self, filters):
        assert Selection(**filters).takes(FOUND)

    @pytest.mark.parametrize(
        "filters",
        [
            {"forms": ("8-K/A",)},
            {"ciks": (320193,)},
            {"since": date(2025, 8, 15)},
            {"until": date(2025, 8, 13)},
            {"forms": ("8-K",), "ciks": (320193,)},
        ],
    )
    def test_it_leaves_what_misses_one(self, filters):
        assert not Selection(**filters).takes(FOUND)

    def test_an_original_form_does_not_take_amendments(self):
        amended = replace(FOUND, forms=("10-K/A",))
        assert not Selection(forms=("10-K",)).takes(amended)
        assert Selection(forms=("10-K", "10-K/A")).takes(amended)

    def test_either_of_two_forms_will_do(self):
        assert Selection(forms=("SC 13D/A",)).takes(replace(FOUND, forms=("SC 13D/A", "SC TO-T/A")))

    def test_what_is_not_told_rules_nothing_out_but_more_is_needed(self):
        silent = replace(FOUND, forms=(), filed_date=None)
        for selection in (Selection(forms=("8-K",)), Selection(since=date(2025, 1, 1))):
            assert selection.takes(silent)
            assert selection.needs_more_of(silent)
            assert not selection.needs_more_of(FOUND)
        assert not Selection().needs_more_of(silent)

    def test_an_index_of_a_day_also_lists_what_was_filed_earlier_and_made_public_then(self):
        released = Selection(origin="index", since=date(2025, 12, 1), until=date(2025, 12, 2))
        assert released.takes(FOUND)


class TestRefusing:
    @pytest.mark.parametrize(
        ("filters", "said"),
        [
            ({"forms": ("10K",)}, "10-K"),
            ({"ciks": ("Apple",)}, "CIK"),
            ({"ciks": (0,)}, "CIK"),
            ({"since": date(2025, 2, 1), "until": date(2025, 1, 1)}, "Swap"),
            ({"since": date(1989, 1, 1)}, "EDGAR began"),
            ({"until": datetime(2025, 1, 1)}, "not a day"),  # noqa: DTZ001 - zones are not the point
            ({"since": "2025-01-01"}, "not a day"),
            ({"origin": "rumour"}, "feed, index"),
            ({"origin": "index"}, "since"),
            ({"origin": "submissions"}, "CIK"),
        ],
    )
    def test_what_cannot_be_meant_is_refused_with_advice(self, filters, said):
        with pytest.raises(InvalidInput, match=said):
            Selection(**filters)

    def test_texts_become_typed(self):
        selection = Selection(ciks=("CIK0000320193",), origin="walk")
        assert selection.ciks == (Cik(320193),)
        assert selection.origin is Origin.WALK
