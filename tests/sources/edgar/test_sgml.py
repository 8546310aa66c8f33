"""The splitter: every dialect splits back to the same bytes, and nothing cut short passes for whole."""

from __future__ import annotations

import binascii
import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from edgewise.core.errors import TooLarge, Truncated, Unparsable
from edgewise.sources.edgar.records import Role
from edgewise.sources.edgar.sgml import is_submission, split_documents, split_submission, starts_with_document

HEADER = b"""ACCESSION NUMBER:\t\t0001193125-25-000001
CONFORMED SUBMISSION TYPE:\t8-K
PUBLIC DOCUMENT COUNT:\t\t%d
CONFORMED PERIOD OF REPORT:\t20251219
FILED AS OF DATE:\t\t20251219

FILER:

\tCOMPANY DATA:\t
\t\tCOMPANY CONFORMED NAME:\t\t\tEXAMPLE CORP
\t\tCENTRAL INDEX KEY:\t\t\t0000001234
\t\tSTANDARD INDUSTRIAL CLASSIFICATION:\tSERVICES-PREPACKAGED SOFTWARE [7372]
"""
FEED_HEADER = b"""<ACCESSION-NUMBER>0001193125-25-000001
<TYPE>8-K
<PUBLIC-DOCUMENT-COUNT>%d
<PERIOD>20251219
<ITEMS>5.02
<FILING-DATE>20251219
<FILER>
<COMPANY-DATA>
<CONFORMED-NAME>EXAMPLE CORP
<CIK>0000001234
<ASSIGNED-SIC>7372
</COMPANY-DATA>
</FILER>
"""
ENVELOPE = b"""-----BEGIN PRIVACY-ENHANCED MESSAGE-----
Proc-Type: 2001,MIC-CLEAR
Originator-Name: webmaster@www.sec.gov

"""
DIALECTS = ("sec", "ims", "feed", "envelope")


def document(body: bytes, *, kind: bytes = b"8-K", sequence: int = 1, name: bytes | None = b"a.htm") -> bytes:
    named = b"<FILENAME>" + name + b"\n" if name else b""
    head = b"<DOCUMENT>\n<TYPE>%b\n<SEQUENCE>%d\n%b<DESCRIPTION>WORDS\n<TEXT>\n" % (kind, sequence, named)
    return head + body + b"\n</TEXT>\n</DOCUMENT>\n"


def submission(documents: list[bytes], dialect: str = "sec", *, announced: int | None = None) -> bytes:
    count = len(documents) if announced is None else announced
    inside = b"".join(documents)
    if dialect == "feed":
        return b"<SUBMISSION>\n" + FEED_HEADER % count + inside + b"</SUBMISSION>\n"
    tag = b"IMS" if dialect == "ims" else b"SEC"
    text = b"<%b-DOCUMENT>0001193125-25-000001.txt : 20251219\n" % tag
    text += b"<%b-HEADER>0001193125-25-000001.hdr.sgml : 20251219\n" % tag
    text += HEADER % count + b"</%b-HEADER>\n" % tag + inside + b"</%b-DOCUMENT>\n" % tag
    if dialect == "envelope":
        return ENVELOPE + text.replace(b"\n-", b"\n- -") + b"-----END PRIVACY-ENHANCED MESSAGE-----\n"
    return text


def uuencoded(data: bytes, name: bytes = b"a.pdf") -> bytes:
    lines = [binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45)]
    return b"begin 644 " + name + b"\n" + b"".join(lines) + b"`\nend\n"


TAGS = b"<DOCUMENT> </TEXT> </DOCUMENT> <TEXT> </SEC-DOCUMENT> </SUBMISSION> <XML> <PAGE> <!-- words --".split()
LINE_ENDS = [b"\n", b"\r", b"\r\n", b" "]
FRAGMENTS = st.sampled_from([*TAGS, *LINE_ENDS, b"- a", b"\xff", b"-----END PRIVACY-ENHANCED MESSAGE-----"])
AMBIGUOUS = re.compile(rb"</DOCUMENT>\s*(<DOCUMENT>|</SEC-DOCUMENT>|</IMS-DOCUMENT>|</SUBMISSION>)")
BODIES = st.one_of(st.binary(max_size=200), st.lists(FRAGMENTS, max_size=12).map(b"".join)).filter(
    lambda body: not AMBIGUOUS.search(body) and not re.match(rb"<XML>[ \t]*[\r\n]", body)
)


@given(st.lists(BODIES, min_size=1, max_size=5), st.sampled_from(DIALECTS))
def test_any_documents_split_back_to_the_same_bytes_in_every_dialect(bodies, dialect):
    documents = [document(body, sequence=place) for place, body in enumerate(bodies, start=1)]
    found = split_submission(submission(documents, dialect))
    assert [one.body for one in found.documents] == bodies
    assert [one.sequence for one in found.documents] == list(range(1, len(bodies) + 1))
    assert "document_count_differs" not in found.complaints


@given(st.lists(BODIES, min_size=1, max_size=3), st.sampled_from(DIALECTS), st.data())
def test_failure_case_16_no_truncation_passes_for_a_whole_submission(bodies, dialect, data):
    whole = submission([document(body, sequence=place) for place, body in enumerate(bodies, start=1)], dialect)
    cut = data.draw(st.integers(0, len(whole.rstrip()) - 1))
    with pytest.raises((Truncated, Unparsable)):
        split_submission(whole[:cut])


@given(
    st.lists(BODIES.filter(lambda body: not {*body} & {*b"\r\n"}), min_size=1, max_size=3), st.sampled_from(DIALECTS)
)
def test_carriage_returns_end_lines_like_line_feeds(bodies, dialect):
    assume(dialect != "envelope")
    whole = submission([document(body, sequence=place) for place, body in enumerate(bodies, start=1)], dialect)
    for line_end in (b"\r\n", b"\r"):
        found = split_submission(whole.replace(b"\n", line_end))
        assert [one.body for one in found.documents] == bodies


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_tells_the_same_header(dialect):
    header = split_submission(submission([document(b"words")], dialect)).header
    assert (header.accession, header.form) == ("0001193125-25-000001", "8-K")
    assert (header.filed_date, header.period_end) == (date(2025, 12, 19), date(2025, 12, 19))
    assert [(party.cik, party.role, party.name, party.sic) for party in header.parties] == [
        (1234, Role.ISSUER, "EXAMPLE CORP", 7372),
        (1193125, Role.AGENT, None, None),
    ]


def test_failure_case_16_upper_case_pdf_is_decoded_to_its_bytes():
    pdf = b"%PDF-1.4\n" + bytes(range(256)) * 3 + b"%%EOF"
    raw = submission([document(b"<PDF>\n" + uuencoded(pdf, b"PROXY.PDF") + b"</PDF>", name=b"PROXY.PDF")])
    found = split_submission(raw)
    assert found.documents[0].body == pdf
    assert found.documents[0].file_name == "PROXY.PDF"


def test_failure_case_16_a_comment_that_never_ends_hides_no_document():
    # As in 0001034670-01-500017.
    raw = submission([document(b"<!-- opened and never closed"), document(b"second", sequence=2)])
    assert [one.body for one in split_submission(raw).documents] == [b"<!-- opened and never closed", b"second"]


def test_failure_case_17_plain_text_of_the_nineties_is_left_as_it_was():
    table = b"<PAGE>\n<TABLE>\n<CAPTION>\n<S>      <C>\nSales  $ 1,601\n-------\n- note\n</TABLE>\n\n      -1-<PAGE>"
    found = split_submission(submission([document(table, kind=b"10-K405", name=None)], "envelope"))
    assert found.documents[0].body == table
    assert found.documents[0].file_name is None
    assert found.documents[0].document_type == "10-K405"


def test_an_envelope_whose_writer_did_not_escape_dashes_keeps_them():
    raw = ENVELOPE + submission([document(b"x\n- bullet\n---")]) + b"-----END PRIVACY-ENHANCED MESSAGE-----"
    assert split_submission(raw).documents[0].body == b"x\n- bullet\n---"


@pytest.mark.parametrize("wrapper", [b"XBRL", b"XML", b"JSON"])
def test_edgars_own_wrapper_lines_are_taken_off(wrapper):
    body = b"<" + wrapper + b">\n<?xml version='1.0'?>\n\n</" + wrapper + b">"
    assert split_submission(submission([document(body)])).documents[0].body == b"<?xml version='1.0'?>\n"


def test_a_wrapper_that_is_not_closed_is_a_complaint():
    found = split_submission(submission([document(b"<XBRL>\nwords")]))
    assert found.documents[0].body == b"words"
    assert found.complaints == ("wrapper_not_closed",)


def test_damaged_uuencoding_stays_inside_its_document():
    damaged = b"begin 644 a.pdf\nM\xff\xff\nend"
    found = split_submission(submission([document(damaged), document(b"fine", sequence=2)]))
    assert [one.body for one in found.documents] == [damaged, b"fine"]
    assert found.complaints == ("uuencode_damaged",)


def test_lower_case_tags_are_read_too():
    raw = submission([document(b"words")]).replace(b"DOCUMENT>", b"document>").replace(b"TEXT>", b"text>")
    assert split_submission(raw).documents[0].body == b"words"


def test_a_description_may_run_over_two_lines():
    raw = submission([document(b"words").replace(b"WORDS\n", b"ART. 5 FDS FOR\nFORM 10-K\n")])
    assert split_submission(raw).documents[0].description == "ART. 5 FDS FOR FORM 10-K"


def test_another_count_than_announced_is_a_complaint():
    assert split_submission(submission([document(b"a")], announced=160)).complaints == ("document_count_differs",)


def test_a_submission_on_paper_has_no_documents_and_says_so():
    raw = submission([], announced=0).replace(b"ACCESSION NUMBER", b"<PAPER>\nACCESSION NUMBER")
    found = split_submission(raw)
    assert found.documents == ()
    assert found.complaints == ("no_documents",)
    assert found.header.notices == ("paper",)


def test_a_deletion_notice_of_the_feed_is_kept_apart():
    raw = b"<SUBMISSION>\n<DELETION>\n<ACCESSION-NUMBER>0001193125-25-000001\n<TYPE>8-K\n</SUBMISSION>\n"
    assert split_submission(raw).header.notices == ("deletion",)


def test_sequence_numbers_are_unique_even_where_the_submission_repeats_them():
    found = split_submission(submission([document(b"a"), document(b"b"), document(b"c", sequence=2)]))
    assert [one.sequence for one in found.documents] == [1, 3, 2]
    assert found.complaints == ("sequence_repeats",)


def test_failure_case_43_a_file_name_cannot_leave_its_folder():
    found = split_submission(submission([document(b"a", name=b"../../etc/passwd")]))
    assert found.documents[0].file_name is None
    assert found.complaints == ("file_name_refused",)


def test_failure_case_43_seventeen_hundred_exhibits_are_all_found():
    raw = submission([document(b"x%d" % place, sequence=place) for place in range(1, 1701)])
    assert len(split_submission(raw).documents) == 1700
    with pytest.raises(TooLarge):
        split_submission(raw, max_documents=1699)


def test_failure_case_43_fifty_megabytes_of_lookalike_tags_are_one_document():
    body = (b"</DOCUMENT>\n \n</TEXT>\n" + b"x" * 1000) * (50 * 2**20 // 1022) + b"end of it"
    assert split_submission(submission([document(body)])).documents[0].body == body


def test_bytes_after_the_end_are_a_complaint():
    assert split_submission(submission([document(b"a")]) + b"more").complaints == ("trailing_bytes",)


@pytest.mark.parametrize("raw", [b"", b"   ", b"<html><body>Request Rate Threshold Exceeded</body></html>", b"{}"])
def test_what_is_no_submission_is_refused(raw):
    with pytest.raises(Unparsable):
        split_submission(raw)
    assert not is_submission(raw)


def test_a_header_without_an_accession_number_is_refused():
    with pytest.raises(Unparsable, match="accession"):
        split_submission(submission([document(b"a")]).replace(b"ACCESSION NUMBER:", b"NOTHING:"))


def test_bare_documents_are_split_without_a_header():
    documents, complaints = split_documents(document(b"a", kind=b"10-K") + document(b"b", sequence=2))
    assert [(one.document_type, one.body) for one in documents] == [("10-K", b"a"), ("8-K", b"b")]
    assert complaints == ()


def test_bare_documents_are_no_submission():
    raw = document(b"a")
    assert starts_with_document(raw)
    with pytest.raises(Unparsable, match="split_documents"):
        split_submission(raw)
    with pytest.raises(Truncated):
        split_documents(raw[:-5])
    with pytest.raises(Unparsable):
        split_documents(b"words")


def test_the_acceptance_time_is_eastern_and_becomes_utc():
    stamped = submission([document(b"a")]).replace(b"ACCESSION N", b"<ACCEPTANCE-DATETIME>20251219170037\nACCESSION N")
    assert split_submission(stamped).header.accepted_at == datetime(2025, 12, 19, 22, 0, 37, tzinfo=UTC)
