"""The scan of real filings against lexbor, which builds the tree that a browser builds: letters and their looks."""

import re
from html import unescape

import pytest
from selectolax.lexbor import LexborHTMLParser

from edgewise.text.document import read_document
from edgewise.text.kinds import document_kind

FILINGS = ("www.sec.gov/Archives/edgar/data/", "unplaced/")
EVERY = 8
UNSEEN = {"script", "style", "title", "template", "head", "-comment", "ix:header", "ix:hidden"}
DISPLAY_NONE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
FONT = re.compile(r"(?:^|;)\s*font\s*:([^;]*)", re.IGNORECASE)
WEIGHT = re.compile(r"font-weight\s*:\s*(bold|[6-9]00)?", re.IGNORECASE)
SLANT = re.compile(r"font-style\s*:\s*(italic|oblique)?", re.IGNORECASE)
BOLD_TAGS = {"b", "strong", "h1", "h2", "h3", "h4", "h5", "h6"}
MOST_DIFFERENT_LOOKS = 0.01


def by_lexbor(body):
    """The letters and digits a browser shows, and whether each is bold, and italic."""
    stack = [(LexborHTMLParser(body).body, (False, False))]
    letters, looks = [], []
    while stack:
        node, look = stack.pop()
        if node.next is not None:
            stack.append((node.next, look))
        if node.tag == "-text":
            seen = [letter for letter in node.text_content or "" if letter.isalnum()]
            letters += seen
            looks += [look] * len(seen)
        elif node.first_child is not None and node.tag not in UNSEEN:
            style = node.attributes.get("style") or ""
            if not DISPLAY_NONE.search(style):
                stack.append((node.first_child, look_inside(node.tag, style, look)))
    return "".join(letters), looks


def look_inside(tag, style, look):
    bold = look[0] or tag in BOLD_TAGS
    italic = look[1] or tag in {"i", "em", "cite"}
    if font := FONT.search(style):
        bold, italic = "bold" in font[1].lower(), "italic" in font[1].lower()
    if weight := WEIGHT.search(style):
        bold = weight[1] is not None
    if slant := SLANT.search(style):
        italic = slant[1] is not None
    return bold, italic


def by_scan(document):
    """The same of a document, block by block."""
    letters, looks = [], []
    for block in document.blocks():
        for piece, style in document._looks(block.number):
            seen = [letter for letter in piece if letter.isalnum()]
            letters += seen
            looks += [(style.bold, style.italic)] * len(seen)
    return "".join(letters), looks


@pytest.fixture(scope="module")
def pages(sec_archive):
    names = [name for name in sec_archive.namelist() if name.startswith(FILINGS) and name.endswith((".htm", ".html"))]
    assert len(names) > 300
    return names[3::EVERY]


def test_failure_case_15_letters_and_looks_of_real_filings_are_those_of_a_browser(sec_archive, pages):
    different = {}
    for name in pages:
        body = sec_archive.read(name)
        document = read_document(body, file_name=name)
        kind, start = document_kind(body, file_name=name)
        if kind != "html" or document.status == "absent":
            continue
        letters, looks = by_scan(document)
        their_letters, their_looks = by_lexbor(body[start:].decode(encoding_of(body), errors="ignore"))
        if letters != their_letters:
            different[name] = "letters"
        elif sum(map(tuple.__ne__, looks, their_looks)) > MOST_DIFFERENT_LOOKS * len(looks):
            different[name] = "looks"
    assert different == {}


def encoding_of(body):
    try:
        body.decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def test_offsets_into_the_bytes_of_real_filings_hold_the_words_of_their_blocks(sec_archive, pages):
    for name in pages[::3]:
        body = sec_archive.read(name)
        document = read_document(body, file_name=name)
        for block in document.blocks():
            first_word = block.text.partition(" ")[0].partition("\t")[0]
            if first_word.isascii() and first_word.isalnum():
                spelled = unescape(body[block.raw_begin : block.raw_begin + 12].decode("latin-1"))
                assert spelled.startswith(first_word[0]), (name, block)
