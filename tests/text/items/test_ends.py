"""Where the last item ends."""

from datetime import date

import pytest

from edgewise.text.document import read_document
from edgewise.text.forms.declared import form_for
from edgewise.text.items.ends import signatures
from edgewise.text.items.labels import SearchedText

FORM = form_for("10-K", date(2024, 6, 3))
SIGNED = (
    "Pursuant to the requirements of Section 13 or 15(d) of the Securities Exchange Act, the registrant has duly "
    "caused this report to be signed."
)


def ends(*lines):
    document = read_document("".join(f"<p>{line}</p>" for line in lines).encode())
    return [document.lines[one.number] for one in signatures(document, FORM, SearchedText(document.text))]


@pytest.mark.parametrize(
    "line", ["SIGNATURES", "Signatures", "SIGNATURE", "S I G N A T U R E S", "SIGNATURES:", "Signature(s)"]
)
def test_the_heading_of_the_signatures_ends_the_report(line):
    assert ends("Nuts", line) == [line]


def test_so_does_the_sentence_of_signing():
    assert ends("Nuts", SIGNED) == [SIGNED]
    assert ends("SIGNATURES", SIGNED) == ["SIGNATURES", SIGNED]


@pytest.mark.parametrize(
    "line",
    ["Signatures of our officers stand below", "See the signatures", "Signature page to the credit agreement of May",
     "Pursuant to the requirements of the state, we sell nuts", "Design"],
)  # fmt: skip
def test_other_lines_do_not(line):
    assert ends(line) == []


def test_failure_case_43_a_page_of_nothing_but_ends_has_no_more_than_its_length_can_need():
    # 300 lines of 10 letters and 299 line ends are 3,299 characters: 200 and one for each whole thousand.
    assert len(ends(*["SIGNATURES"] * 300)) == 203
