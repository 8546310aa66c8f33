"""Single risk factors of real filings against the truth made by reading; see truth/README.md.

Item 1A is located through the truth's own fingerprints, so that nothing but the risk factors is judged here. The bars:
boundaries F1 0.95, groups 0.95. Two files hold Apple's text stripped of all style; they are judged apart.
"""

import json
import re
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path

import pytest

from edgewise.text.document import Document, read_document
from edgewise.text.risk_factors import read_risk_factors

TRUTH = Path(__file__).parent / "truth"
FILES = sorted(path.stem for path in (TRUTH / "risk_factors").glob("*.json"))
BAR = 0.95
STYLED_BAR = 0.99
BODY_CHECKED = 250
A_SENTENCE = 3_000


class Inked:
    """A text as its letters and digits only, and where each one stands in it."""

    def __init__(self, text):
        self.places = [place for place, letter in enumerate(text) if letter.isalnum()]
        self.ink = "".join(text[place] for place in self.places).lower()

    def all(self, text):
        """Where a text begins, counted in letters and digits."""
        return [match.start() for match in re.finditer(re.escape(letters(text)), self.ink)]


def letters(text):
    return "".join(filter(str.isalnum, text)).lower()


@dataclass(frozen=True)
class Item1A:
    """Item 1A of one filing: the blocks of its body, located by the fingerprints of the truth about items."""

    document: Document
    body: bytes
    inked: Inked
    first: int
    last: int

    @property
    def factors(self):
        return read_risk_factors(self.document, self.first, self.last, body=self.body)


def main_document(raw):
    found = re.search(rb"<DOCUMENT>.*?<TEXT>(.*?)</TEXT>", raw, re.DOTALL)
    return found[1] if found and b"<SEC-HEADER>" in raw[:3_000] else raw


def item_1a(archive, row):
    body = main_document(archive.read(row["source"]))
    document = read_document(body)
    inked = Inked(document.text)
    ends = [place + len(letters(row["last_80"])) - 1 for place in inked.all(row["last_80"])]
    spans = [(start, end) for start in inked.all(row["first_80"]) for end in ends if end > start]
    start, end = min(spans, key=lambda span: abs(inked.places[span[1]] - inked.places[span[0]] - row["chars"]))
    first = document.number_at(inked.places[start + len(letters(row["heading"]))])
    return Item1A(document, body, inked, first, document.number_at(inked.places[end]) + 1)


@pytest.fixture(scope="module")
def items(sec_archive):
    """Every Item 1A that stands in its filing and is no mere sentence, by name of the truth's file."""
    found = {}
    for path in sorted((TRUTH / "items").glob("*.json")):
        for row in json.loads(path.read_text()):
            if row["item"] == "1A" and row["status"] == "ok" and row["chars"] > A_SENTENCE:
                found[path.stem] = item_1a(sec_archive, row)
    return found


def wanted(item, rows):
    """Where each heading of the truth begins in the text: the one that its body follows."""
    at = bisect_left(item.inked.places, item.document.begins[item.first])
    places = {}
    for row in rows:
        # A heading that goes on over a page break has a page number in the middle.
        found = [
            place for place in item.inked.all(row["heading"]) or item.inked.all(row["heading"][:60]) if place >= at
        ]
        after = len(letters(row["heading"]))
        body = letters(row["body_first_60"])
        above = [place for place in found if body in item.inked.ink[place + after :][:BODY_CHECKED]]
        at = (above or found)[0]
        places[item.inked.places[at]] = row
    return places


def judged(item, rows):
    """Counts of one filing: right, said, true, groups right, ends right."""
    truth = wanted(item, rows)
    said = {item.inked.places[bisect_left(item.inked.places, factor.begin)]: factor for factor in item.factors.factors}
    right = [(factor, truth[place]) for place, factor in said.items() if place in truth]
    groups = sum(letters(factor.group) == letters(row["group"]) for factor, row in right)
    ends = sum(letters(factor.body).endswith(letters(row["body_last_60"])) for factor, row in right)
    return len(right), len(said), len(rows), groups, ends


@pytest.fixture(scope="module")
def counts(items):
    return {
        name: judged(items[name], json.loads((TRUTH / "risk_factors" / f"{name}.json").read_text())) for name in FILES
    }


def f1(counts):
    right, said, true = (sum(count[place] for count in counts) for place in range(3))
    return 2 * right / (said + true)


def test_all_33_filings_are_judged(counts):
    assert len(counts) == 33
    assert sum(true for _, _, true, _, _ in counts.values()) == 919


def test_risk_factors_begin_where_readers_saw_them_begin(counts, record_property):
    record_property("f1", round(f1(counts.values()), 4))
    assert f1(counts.values()) >= BAR
    styled = {name: count for name, count in counts.items() if "stripped" not in name}
    assert f1(styled.values()) >= STYLED_BAR


def test_no_filing_is_read_badly(counts):
    assert {name: f1([count]) for name, count in counts.items() if f1([count]) < 0.85} == {}


def test_risk_factors_stand_in_their_groups_and_end_where_they_end(counts, record_property):
    right, groups, ends = (sum(count[place] for count in counts.values()) for place in (0, 3, 4))
    record_property("groups", round(groups / right, 4))
    record_property("ends", round(ends / right, 4))
    assert groups / right >= BAR
    assert ends / right >= BAR


def test_every_item_1a_of_the_archive_holds_risk_factors(items):
    """Also those whose single risk factors nobody wrote down."""
    assert len(items) > 50
    for name, item in items.items():
        found = item.factors
        assert found.factors, name
        assert "no_headings" not in found.reasons, name
        assert found.coverage > 0.8, name
