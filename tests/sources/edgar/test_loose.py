"""Folders of loose files, put together from the best evidence they hold."""

from __future__ import annotations

import json
from datetime import date

import pytest

from edgewise.core.errors import Truncated, Unparsable
from edgewise.core.identifiers import Accession, Cik
from edgewise.sources.edgar.loose import assemble
from edgewise.sources.edgar.records import Party, Role, Submission, SubmissionHeader

ACCESSION = Accession("0001193125-25-000001")
FOLDER = Cik(1234)

TEXT = b"""<SEC-DOCUMENT>0001193125-25-000001.txt : 20251219
<SEC-HEADER>0001193125-25-000001.hdr.sgml : 20251219
<ACCEPTANCE-DATETIME>20251219170037
ACCESSION NUMBER:\t\t0001193125-25-000001
CONFORMED SUBMISSION TYPE:\t8-K
FILER:
\tCENTRAL INDEX KEY:\t\t\t0000001234
</SEC-HEADER>
<DOCUMENT>
<TYPE>8-K
<SEQUENCE>1
<FILENAME>a.htm
<TEXT>
words
</TEXT>
</DOCUMENT>
</SEC-DOCUMENT>
"""
FEED = b"""<SUBMISSION>
<ACCESSION-NUMBER>0001193125-25-000001
<TYPE>8-K/A
</SUBMISSION>
"""
OWNERSHIP = b"""<ownershipDocument><documentType>4</documentType><periodOfReport>2025-01-10</periodOfReport>
<issuer><issuerCik>1750</issuerCik><issuerName>AAR CORP</issuerName></issuer>
<reportingOwner><reportingOwnerId><rptOwnerCik>1234</rptOwnerCik></reportingOwnerId></reportingOwner></ownershipDocument>"""
INLINE = b"""<html><ix:nonNumeric contextRef="c" name="dei:DocumentType">10-Q</ix:nonNumeric>
<ix:nonNumeric contextRef="c" name="dei:EntityCentralIndexKey">%b</ix:nonNumeric>
<ix:nonNumeric contextRef="c" name="dei:DocumentPeriodEndDate">2025-06-28</ix:nonNumeric></html>"""


def header_json(form: str = "4", accession: str = ACCESSION, **documents: str) -> bytes:
    listed = [
        {"TYPE": kind, "SEQUENCE": str(n), "FILENAME": f"{name}.xml"}
        for n, (name, kind) in enumerate(documents.items(), 1)
    ]
    submission = {
        "ACCESSION-NUMBER": accession,
        "TYPE": form,
        "PUBLIC-DOCUMENT-COUNT": str(len(listed)),
        "ISSUER": {"COMPANY-DATA": {"CIK": "1234"}},
    }
    return json.dumps({"submission": submission, "documents": listed}).encode()


def assembled(known: SubmissionHeader | None = None, **files: bytes) -> Submission:
    named = {name.replace("__", "."): body for name, body in files.items()}
    return assemble(named, accession=ACCESSION, cik=FOLDER, known=known)


def shape(submission: Submission) -> list[tuple[int, str, str | None]]:
    return [(one.sequence, one.document_type, one.file_name) for one in submission.documents]


def parties(submission: Submission) -> list[tuple[int, str]]:
    return [(int(party.cik), party.role.value) for party in submission.header.parties]


def test_the_full_text_speaks_first_and_txt_before_nc():
    found = assembled(a__nc=FEED, z__txt=TEXT, a__htm=b"words")
    assert found.header.form == "8-K"
    assert found.header.accepted_at is not None
    assert shape(found) == [(1, "8-K", "a.htm")]
    assert found.complaints == ()


def test_files_that_an_abridged_text_lacks_are_added():
    found = assembled(z__txt=TEXT, dex991__htm=b"press release")
    assert shape(found) == [(1, "8-K", "a.htm"), (2, "EX-99", "dex991.htm")]
    assert found.complaints == ("documents_beside_text",)


def test_a_damaged_text_is_its_own_error_where_it_is_all_there_is():
    with pytest.raises(Truncated):
        assembled(z__txt=TEXT[:-60])


def test_a_damaged_text_is_a_complaint_where_the_documents_lie_beside_it():
    found = assembled(z__txt=TEXT[:-60], a__htm=b"FORM 8-K")
    assert found.header.form == "8-K"
    assert "submission_text_unusable" in found.complaints


def test_the_text_of_another_submission_is_not_believed():
    other = TEXT.replace(b"0001193125-25-000001", b"0001193125-25-000002")
    found = assembled(z__txt=other, a__htm=b"FORM 10-K")
    assert (found.header.accession, found.header.form) == (ACCESSION, "10-K")
    assert "other_submission_in_folder" in found.complaints


def test_header_json_names_form_types_and_sequences():
    found = assembled(_header__json=header_json(b="4", a="EX-24"), a__xml=b"<html>power</html>", b__xml=OWNERSHIP)
    assert shape(found) == [(1, "4", "b.xml"), (2, "EX-24", "a.xml")]
    assert found.header.period_end == date(2025, 1, 10)
    assert parties(found) == [(1234, "issuer"), (1193125, "agent")]


def test_fewer_documents_than_the_header_announces_is_a_complaint():
    found = assembled(_header__json=header_json(b="4", a="EX-24"), b__xml=OWNERSHIP)
    assert found.complaints == ("document_count_differs",)


def test_failure_case_27_the_issuer_is_the_one_in_the_xml_not_the_folder_s():
    found = assembled(form4__xml=OWNERSHIP)
    assert found.header.form == "4"
    assert parties(found) == [(1750, "issuer"), (1234, "owner"), (1193125, "agent")]
    assert "cik_differs_from_folder" not in found.complaints


def test_failure_case_27_a_report_found_under_a_stranger_s_folder_says_so():
    found = assembled(form4__xml=OWNERSHIP.replace(b"<rptOwnerCik>1234", b"<rptOwnerCik>77"))
    assert found.header.issuer == Party(1750, Role.ISSUER, "AAR CORP")
    assert "cik_differs_from_folder" in found.complaints


def test_the_cover_s_registrant_stands_above_the_folder_and_the_file_s_name():
    found = assembled(**{"aapl-20250628.htm": INLINE % b"789019"})
    assert parties(found) == [(789019, "issuer"), (1193125, "agent")]
    assert set(found.complaints) == {"document_type_guessed", "cik_differs_from_folder", "header_from_cover"}


def test_words_alone_make_the_folder_s_registrant_the_issuer_and_say_so():
    found = assembled(d8k__htm=b"FORM 8-K Date of Report: March 22, 2004")
    assert parties(found) == [(1234, "issuer"), (1193125, "agent")]
    assert found.header.period_end == date(2004, 3, 22)
    assert set(found.complaints) == {"issuer_from_folder", "header_from_cover", "document_type_guessed"}


def test_words_alone_never_make_the_folder_s_owner_an_issuer():
    found = assembled(a__txt=b"FORM 4 STATEMENT OF CHANGES IN BENEFICIAL OWNERSHIP")
    assert parties(found) == [(1193125, "agent")]
    assert "issuer_unknown" in found.complaints


def test_edgar_s_own_lines_are_taken_off_and_their_type_believed():
    found = assembled(d10k__txt=b"<DOCUMENT>\n<TYPE>10-K405\n<SEQUENCE>1\n<TEXT>\nFORM 10-K\n</TEXT>\n</DOCUMENT>\n")
    assert found.header.form == "10-K405"
    assert found.documents[0].body == b"FORM 10-K"
    assert shape(found) == [(1, "10-K405", "d10k.txt")]


def test_the_main_document_is_the_one_that_names_registrants_not_the_renderer_s():
    found = assembled(
        **{"R1.htm": b"FORM 8-K", "FilingSummary.xml": b"<x/>", "a.htm": INLINE % b"1234", "b.jpg": b"\xff"}
    )
    assert found.header.form == "10-Q"
    assert shape(found) == [
        (1, "10-Q", "a.htm"),
        (2, "XML", "FilingSummary.xml"),
        (3, "XML", "R1.htm"),
        (4, "GRAPHIC", "b.jpg"),
    ]


def test_what_another_source_told_fills_the_gaps():
    told = SubmissionHeader(
        ACCESSION, "CORRESP", filed_date=date(2025, 1, 2), parties=(Party(FOLDER, Role.ISSUER, "A"),)
    )
    found = assembled(known=told, letter__htm=b"Dear Sirs, our Form 10-K ...")
    assert (found.header.form, found.header.filed_date) == ("CORRESP", date(2025, 1, 2))
    assert found.header.parties[0].name == "A"


def test_failure_case_43_a_hostile_document_is_a_complaint_of_its_own():
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha">]>' + OWNERSHIP
    found = assembled(_header__json=header_json(b="4"), b__xml=bomb)
    assert found.complaints == ("hostile",)
    assert found.documents[0].body == bomb


def test_a_folder_that_tells_nothing_is_refused():
    with pytest.raises(Unparsable, match="form"):
        assembled(a__htm=b"<p>words</p>")
    with pytest.raises(Unparsable, match="no document"):
        assembled(_header__json=header_json())
    with pytest.raises(Unparsable, match="no document"):
        assembled()


def test_a_header_that_cannot_be_read_is_a_complaint():
    found = assembled(_header__json=b"<html>", a__htm=b"FORM 8-K")
    assert "unparsable" in found.complaints
