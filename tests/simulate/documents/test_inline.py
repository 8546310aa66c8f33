from datetime import date

import pytest
from lxml import etree

from edgewise.core.identifiers import Cik
from edgewise.simulate.documents.inline import Facts, Number

NAMESPACES = "".join(f' xmlns:{name}="urn:{name}"' for name in ("ix", "xbrli", "link", "xlink", "iso4217"))


@pytest.fixture
def facts():
    return Facts(Cik(9_810_000_001), start=date(2024, 1, 1), end=date(2024, 3, 31))


def read(html):
    """Return the tag of a number, with what stands before and after it."""
    root = etree.fromstring(f"<r{NAMESPACES}>{html}</r>")
    return root.text, root[0].attrib, root[0].text, root[0].tail


@pytest.mark.parametrize(
    ("displayed", "number", "expected"),
    [
        (1234, Number("USD", 3), (None, None, "1,234", None)),
        (-1234, Number("USD", 3), ("(", "-", "1,234", ")")),
        (1234, Number("USD", 6, outflow=True), ("(", None, "1,234", ")")),
        (-1234, Number("USD", 6, outflow=True), (None, "-", "1,234", None)),
        (-1234, Number("USD", 3, loses_sign=True), ("(", None, "1,234", ")")),
        (-0.4, Number("USD/shares"), ("(", "-", "0.40", ")")),
        (0, Number("USD", 3), (None, None, "\u2014", None)),
    ],
)
def test_failure_case_26_parentheses_are_for_the_reader_and_the_sign_is_in_the_tag(facts, displayed, number, expected):
    before, attributes, text, after = read(facts.number("us-gaap:X", displayed, "c-1", number))
    assert (before, attributes.get("sign"), text, after) == expected


def test_scale_decimals_and_units_are_those_of_the_statement(facts):
    _, tag, _, _ = read(facts.number("us-gaap:X", 5, "c-1", Number("USD", 6)))
    assert (tag["scale"], tag["decimals"], tag["unitRef"]) == ("6", "-6", "usd")
    _, tag, _, _ = read(facts.number("us-gaap:X", 0.25, "c-1", Number("USD/shares")))
    assert (tag["scale"], tag["decimals"], tag["unitRef"]) == ("0", "2", "usdPerShare")
    header = facts.header("a.xsd")
    assert all(f'<xbrli:unit id="{unit}">' in header for unit in ("usd", "shares", "usdPerShare"))


def test_the_hidden_part_says_which_fiscal_period_it_is_and_whether_it_amends(facts):
    facts.describe(2023, "FY", amendment=True)
    header = facts.header("a.xsd")
    for name, value in (("FiscalYearFocus", "2023"), ("FiscalPeriodFocus", "FY")):
        assert f'name="dei:Document{name}" id="f-' in header
        assert f">{value}<" in header
    assert ">true<" in header
    assert ">false<" not in header


def test_a_period_has_one_context_however_often_it_is_used(facts):
    once, again = (facts.context(None, date(2024, 3, 31)) for _ in range(2))
    assert once == again != facts.context(date(2024, 1, 1), date(2024, 3, 31))
