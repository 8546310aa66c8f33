"""Every document of the small market, read as a stranger would read it."""

import re

import pytest
from lxml import etree

SIZES = {"10-K": (20_000, 60_000), "10-Q": (10_000, 26_000), "8-K": (3_000, 8_000), "EX-99.1": (3_000, 8_000)}
XHTML, IX = "{http://www.w3.org/1999/xhtml}", "{http://www.xbrl.org/2013/inlineXBRL}"


@pytest.fixture(scope="module")
def pages(submissions):
    """(submission, type, parsed XML tree, raw content) of each document that is a page; XBRL wrapper taken off."""
    return [
        (read, kind, etree.fromstring(content.removeprefix("<XBRL>\n").removesuffix("</XBRL>\n").encode()), content)
        for read in submissions
        for kind, name, content in read.documents
        if not name.endswith(".xml")
    ]


def facts(page):
    return {fact.get("name"): "".join(fact.itertext()) for fact in page.iter(f"{IX}nonNumeric")}


def visible(page):
    texts = page.xpath("//text()[not(ancestor::*[local-name() = 'header'])]")
    return " ".join(" ".join(texts).split())


def test_every_document_says_near_its_top_that_it_is_simulated(pages):
    for _, _, page, _ in pages:
        assert "SIMULATED MARKET - NOT A REAL FILING" in " ".join(page.itertext())
    for read, _, _, content in pages:
        body = content[content.index("<body>") :]
        shown = re.sub(r'<div style="display:none">.*?</ix:header></div>|<[^>]+>', "", body, flags=re.DOTALL)
        assert shown.strip().startswith("SIMULATED MARKET - NOT A REAL FILING"), read.path


def test_cover_pages_carry_the_facts_of_the_header(pages):
    for read, kind, page, _ in pages:
        if kind in {"10-K", "10-Q", "8-K", "10-K/A"}:
            cover = facts(page)
            assert cover["dei:DocumentType"] == kind
            assert cover["dei:EntityCentralIndexKey"] == read.field("CENTRAL INDEX KEY")[0]
            assert cover["dei:EntityRegistrantName"] == read.field("COMPANY CONFORMED NAME")[0]
            assert cover["dei:TradingSymbol"].startswith("ZQ")
            assert cover["dei:SecurityExchangeName"] in {"The New York Stock Exchange", "The Nasdaq Stock Market LLC"}
            assert re.fullmatch(r"[A-Z][a-z]+ \d{1,2}, \d{4}", cover["dei:DocumentPeriodEndDate"])


def test_inline_facts_refer_to_contexts_that_exist_and_are_hidden(pages):
    for _, _, page, _ in pages:
        contexts = {c.get("id") for c in page.iter("{http://www.xbrl.org/2003/instance}context")}
        used = [fact.get("contextRef") for kind in ("nonNumeric", "nonFraction") for fact in page.iter(f"{IX}{kind}")]
        ids = [fact.get("id") for kind in ("nonNumeric", "nonFraction") for fact in page.iter(f"{IX}{kind}")]
        assert set(used) <= contexts
        assert len(ids) == len(set(ids))
        for header in page.iter(f"{IX}header"):
            assert header.getparent().get("style") == "display:none"


def test_an_annual_report_has_every_item_once_in_order(pages):
    order = [
        "1",
        "1A",
        "1B",
        "1C",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
        "7A",
        "8",
        "9",
        "9A",
        "9B",
        "10",
        "11",
        "12",
        "13",
        "14",
        "15",
    ]
    annual = [page for _, kind, page, _ in pages if kind == "10-K"]
    assert annual
    for page in annual:
        anchors = [element.get("id") for element in page.iter() if (element.get("id") or "").startswith("item")]
        assert anchors == [f"item{item}" for item in order]
        assert len(list(page.iter("{*}a"))) == len(order)


def test_failure_case_13_a_quarterly_report_has_items_1_and_2_in_both_parts(pages):
    for _, kind, page, _ in pages:
        if kind == "10-Q":
            text = visible(page)
            assert text.count("Item 1.") == text.count("Item 2.") == 2
            assert text.index("PART I ") < text.index("PART II ")


def test_figures_add_up_and_last_years_are_what_last_year_reported(pages):
    said = {}
    for read, kind, page, _ in pages:
        if kind in {"10-K", "10-Q"}:
            periods = {
                c.get("id"): tuple(d.text for d in c.iter("{*}startDate", "{*}endDate", "{*}instant"))
                for c in page.iter("{http://www.xbrl.org/2003/instance}context")
            }
            for fact in page.iter(f"{IX}nonFraction"):
                value = int(fact.text.replace(",", "")) * (-1 if fact.get("sign") else 1)
                key = (read.field("CENTRAL INDEX KEY")[0], fact.get("name"), periods[fact.get("contextRef")])
                assert said.setdefault(key, value) == value
    for (cik, name, period), assets in said.items():
        if name == "us-gaap:Assets":
            parts = ("us-gaap:Liabilities", "us-gaap:StockholdersEquity")
            assert assets == sum(said[cik, part, period] for part in parts)


@pytest.mark.parametrize("kind", SIZES)
def test_documents_are_as_long_as_agreed(pages, kind):
    low, high = SIZES[kind]
    lengths = [len(content) for _, found, _, content in pages if found == kind]
    assert lengths
    assert low <= min(lengths) <= max(lengths) <= high


def test_failure_case_35_some_sentences_negate_bad_news_and_some_paragraphs_are_boilerplate(pages):
    texts = [visible(page) for _, kind, page, _ in pages if kind in {"10-K", "10-Q", "EX-99.1"}]
    assert sum("no substantial doubt" in text for text in texts) > 10
    spoken = [visible(page).lower() for _, kind, page, _ in pages if kind == "EX-99.1"]
    assert all("forward-looking statements" in text for text in spoken)
