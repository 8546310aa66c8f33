"""Every document of the small market, read as a stranger would read it."""

import re

import pytest
from lxml import etree

SIZES = {"10-K": (20_000, 90_000), "10-Q": (12_000, 60_000), "8-K": (2_500, 9_000), "EX-99.1": (2_500, 9_000)}
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


def test_the_links_of_a_table_of_contents_lead_to_anchors_that_are_there_once(pages):
    linked = 0
    for _, kind, page, _ in pages:
        anchors = [element.get("id") for element in page.iter("{*}a") if element.get("id")]
        assert len(anchors) == len(set(anchors))
        for link in page.iter("{*}a"):
            if link.get("href"):
                assert link.get("href").removeprefix("#") in anchors
                linked += kind == "10-K"
    assert linked > 20


def test_balance_sheets_balance_in_every_column(pages):
    checked = 0
    for _, kind, page, _ in pages:
        if kind in {"10-K", "10-Q"}:
            said = {(f.get("name"), f.get("contextRef")): f.text for f in page.iter(f"{IX}nonFraction")}
            for (name, context), shown in said.items():
                if name == "us-gaap:Assets":
                    assert said["us-gaap:LiabilitiesAndStockholdersEquity", context] == shown
                    checked += 1
    assert checked > 100


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
