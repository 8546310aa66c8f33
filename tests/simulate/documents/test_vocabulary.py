from datetime import date

import pytest

from edgewise.simulate.documents.vocabulary import annual_items, quarterly_items, small_filer_controls, split_number


@pytest.mark.parametrize(
    ("filed", "title"),
    [
        (date(2009, 3, 1), "Submission of Matters to a Vote of Security Holders"),
        (date(2011, 3, 1), "(Removed and Reserved)"),
        (date(2012, 3, 1), "Mine Safety Disclosures"),
    ],
)
def test_item_4_was_votes_then_nothing_then_mine_safety(filed, title):
    assert annual_items(filed, filed)["4"] == title
    assert quarterly_items(filed)["II", "4"] == title


def test_risk_factors_came_with_fiscal_years_that_ended_in_december_2005():
    assert "1A" not in annual_items(date(2005, 9, 30), date(2005, 12, 10))
    assert "1A" in annual_items(date(2005, 12, 31), date(2006, 3, 1))


def test_cybersecurity_came_with_fiscal_years_that_ended_in_the_middle_of_december_2023():
    assert "1C" not in annual_items(date(2023, 11, 30), date(2024, 1, 25))
    assert annual_items(date(2023, 12, 31), date(2024, 2, 20))["1C"] == "Cybersecurity"


def test_selected_data_became_reserved_in_2021():
    assert annual_items(date(2020, 9, 30), date(2020, 11, 20))["6"] == "Selected Financial Data"
    assert annual_items(date(2021, 9, 30), date(2021, 11, 20))["6"] == "[Reserved]"


def test_the_order_is_that_of_the_form_and_titles_are_not_empty():
    items = annual_items(date(2024, 12, 31), date(2025, 2, 20))
    assert list(items) == [
        *("1", "1A", "1B", "1C", "2", "3", "4", "5", "6", "7", "7A", "8", "9", "9A", "9B", "9C"),
        *("10", "11", "12", "13", "14", "15", "16"),
    ]
    assert all(items.values())


def test_small_filers_had_their_own_number_for_controls_from_2008_to_2010():
    assert [small_filer_controls(date(year, 3, 1)) for year in (2007, 2008, 2010, 2011)] == [False, True, True, False]


@pytest.mark.parametrize(("item", "pair"), [("1A", ("1", "A")), ("15", ("15", "")), ("9A(T)", ("9", "A(T)"))])
def test_a_number_is_split_into_digits_and_letter(item, pair):
    assert split_number(item) == pair
