"""Visible text of real filings: nothing lost against an independent parse, nothing hidden let through."""

import re
from collections import Counter

import lxml.html
import pytest

from edgewise.text.visible_text import read_text

FILINGS = "www.sec.gov/Archives/edgar/data/"
EVERY = 5
LEAST_CONSERVED = 0.99
INVISIBLE = dict.fromkeys([*range(9), *range(14, 32), 0xAD, *range(0x200B, 0x2010), 0x2060, 0xFEFF])
# How the names of hidden facts look: us-gaap:Revenues, contextRef ids, and the identifiers of the cover's hidden part.
LEAKS = re.compile(r"\b(?:us-gaap|dei|iso4217|xbrli|srt|ecd):[A-Za-z]|xbrl\.org|xbrldi|fasb\.org/us-gaap")
DISPLAY_NONE = re.compile(r"display\s*:\s*none", re.IGNORECASE)


@pytest.fixture(scope="module")
def html_names(sec_archive):
    names = [
        name for name in sec_archive.namelist() if name.startswith((FILINGS, "unplaced/")) and name.endswith(".htm")
    ]
    assert len(names) > 300
    return names


@pytest.fixture(scope="module")
def early_texts(sec_archive):
    """Bodies of the documents in full submissions of the 1990s, wrapper and all."""
    names = [name for name in sec_archive.namelist() if re.search(r"/\d{10}-9\d-\d{6}\.txt$", name)]
    bodies = [sec_archive.read(name) for name in names]
    documents = [body for whole in bodies for body in re.findall(rb"<DOCUMENT>.*?</DOCUMENT>", whole, re.DOTALL)]
    assert len(documents) > 20
    return [document for document in documents if b"<TYPE>EX-27" not in document]


def characters_by_lxml(body):
    """Visible characters by another parser, without white space."""
    start = body.find(b"<TEXT>") + len(b"<TEXT>") if body.lstrip().startswith(b"<DOCUMENT>") else 0
    parser = lxml.html.HTMLParser(huge_tree=True, encoding="utf-8" if is_utf8(body) else "cp1252")
    root = lxml.html.document_fromstring(body[start:], parser=parser)
    hidden = [node for node in root.iter() if not isinstance(node.tag, str) or is_hidden(node)]
    for node in hidden:
        if node.getparent() is not None:
            node.drop_tree()
    return "".join(root.text_content().translate(INVISIBLE).split())


def is_hidden(node):
    unseen = node.tag in {"script", "style", "title", "head", "ix:header"}
    return unseen or DISPLAY_NONE.search(node.get("style", "")) is not None


def is_utf8(body):
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def overlap(some, others):
    """The share of the characters of `some` that `others` has too."""
    return sum((Counter(some) & Counter(others)).values()) / max(len(some), 1)


def test_failure_case_15_visible_characters_of_real_filings_are_conserved(sec_archive, html_names):
    poor = {}
    for name in html_names[::EVERY]:
        body = sec_archive.read(name)
        ours, theirs = "".join(read_text(body, file_name=name).text.split()), characters_by_lxml(body)
        if overlap(theirs, ours) < LEAST_CONSERVED or overlap(ours, theirs) < LEAST_CONSERVED:
            poor[name] = (len(ours), len(theirs))
    assert poor == {}


def test_failure_case_15_hidden_inline_xbrl_never_reaches_the_text(sec_archive, html_names):
    leaking = {}
    inline = 0
    for name in html_names[1::EVERY]:
        body = sec_archive.read(name)
        inline += b"<ix:header" in body
        if found := LEAKS.findall(read_text(body, file_name=name).text):
            leaking[name] = found[:3]
    assert inline >= 10
    assert leaking == {}


def test_failure_case_17_submissions_of_the_1990s_are_read_without_their_markers(early_texts):
    for document in early_texts:
        read = read_text(document)
        assert read.status != "absent", document[:200]
        assert not re.search(r"</?(?:PAGE|TABLE|CAPTION|S|C|TEXT|DOCUMENT|TYPE|SEQUENCE)>", read.text)
        visible = "".join(re.sub(rb"<[^<>]{1,40}>", b"", document).decode("cp1252").split())
        ours = "".join(read.text.split())
        assert overlap(visible, ours) > 0.95


def test_failure_case_15_no_real_filing_loses_its_prose(sec_archive, html_names):
    """Every annual report of a size has the words that every annual report has."""
    for name in html_names[2::EVERY]:
        body = sec_archive.read(name)
        if len(body) > 1_000_000:
            read = read_text(body, file_name=name)
            assert read.status == "ok"
            assert "securities and exchange commission" in " ".join(read.text.lower().split())
            assert len(read.text) > 0.03 * len(body)
