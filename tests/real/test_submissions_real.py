"""Every submission and every folder of the real archive. Expected values come from the archive's own manifest."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import pytest

from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import EdgewiseError, Truncated, Unparsable
from edgewise.core.identifiers import Accession, Cik
from edgewise.sources.edgar.acceptance import CONFIDENTIAL_FORMS
from edgewise.sources.edgar.cover import read_cover
from edgewise.sources.edgar.index_page import parse_header_page, parse_index_page
from edgewise.sources.edgar.loose import assemble
from edgewise.sources.edgar.records import Role
from edgewise.sources.edgar.sgml import split_submission

if TYPE_CHECKING:
    from edgewise.sources.edgar.records import Submission

FOLDER = re.compile(r"www\.sec\.gov/Archives/edgar/data/(\d+)/(\d{18})/([^/]+)")
FULL_TEXT = re.compile(r"\d{10}-\d{2}-\d{6}\.(txt|nc)")
EXPECTED_FAILURES = {
    "0000320193-97-000011": Truncated,  # the archive's copy stops in the last exhibit
    "0001213900-18-011671": Unparsable,  # holds the header only: the report was not kept
    "0001493152-25-029712": Unparsable,  # holds the header page only
}
IMAGE = (b"\xff\xd8", b"\x89PNG", b"GIF8")
MAGIC = {".jpg": IMAGE, ".png": IMAGE, ".gif": IMAGE, ".pdf": b"%PDF", ".zip": b"PK\x03\x04", ".xlsx": b"PK\x03\x04"}


@dataclass
class Archive:
    """What the archive's folders gave: submissions, errors, texts, and what the manifest says about each folder."""

    submissions: dict[str, Submission] = field(default_factory=dict)
    errors: dict[str, EdgewiseError] = field(default_factory=dict)
    texts: dict[str, Submission] = field(default_factory=dict)
    folder_cik: dict[str, int] = field(default_factory=dict)
    manifest: dict[str, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))


@pytest.fixture(scope="session")
def archive(sec_archive) -> Archive:
    folders: dict[tuple[str, str], dict[str, bytes]] = defaultdict(dict)
    for name in sec_archive.namelist():
        if match := FOLDER.fullmatch(name):
            folders[match[1], match[2]][match[3]] = sec_archive.read(name)
    read = Archive()
    for (cik, digits), files in folders.items():
        accession = Accession(digits)
        read.folder_cik[accession] = int(cik)
        try:
            read.submissions[accession] = assemble(files, accession=accession, cik=Cik(cik))
        except EdgewiseError as error:
            read.errors[accession] = error
        for name, body in files.items():
            if FULL_TEXT.fullmatch(name) and accession not in EXPECTED_FAILURES:
                read.texts[name] = split_submission(body)
    manifest = next(name for name in sec_archive.namelist() if name.endswith("MANIFEST.tsv"))
    for row in csv.DictReader(io.StringIO(sec_archive.read(manifest).decode()), delimiter="\t"):
        if match := FOLDER.fullmatch(row["path"]):
            read.manifest[Accession(match[2])].append(row)
    return read


def test_every_folder_is_a_submission_but_three_that_were_read(archive):
    assert len(archive.folder_cik) == 963
    assert {accession: type(error) for accession, error in archive.errors.items()} == EXPECTED_FAILURES
    assert all(one.header.form and one.documents for one in archive.submissions.values())


def test_every_full_text_splits_into_what_its_header_announces_or_says_so(archive):
    assert len(archive.texts) == 116
    for name, text in archive.texts.items():
        assert text.header.accession == name.rpartition(".")[0]
        assert (text.header.document_count == len(text.documents)) is ("document_count_differs" not in text.complaints)
    complaints = Counter(code for text in archive.texts.values() for code in text.complaints)
    assert complaints == {"document_count_differs": 7, "flawed_document": 4, "wrapper_not_closed": 1}


def test_failure_case_16_every_encoded_document_is_what_its_name_says(archive):
    seen = Counter()
    for text in archive.texts.values():
        for document in text.documents:
            suffix = "." + (document.file_name or "").rpartition(".")[2].lower()
            if suffix in MAGIC:
                seen[suffix] += 1
                assert document.body.startswith(MAGIC[suffix]), document.file_name
    assert seen.total() == 40


def test_forms_agree_with_the_manifest(archive):
    for accession, submission in archive.submissions.items():
        forms = {row["form"].removesuffix(" XBRL") for row in archive.manifest[accession]}
        assert submission.header.form in forms, accession


def test_periods_agree_with_the_manifest_where_somebody_tells_them(archive):
    wrong = Counter()
    for accession, submission in archive.submissions.items():
        periods = {row["period"] for row in archive.manifest[accession]} - {""}
        if periods and str(submission.header.period_end) not in periods:
            wrong[submission.header.form] += 1
    # One filer prints another date in brackets on the covers of its current reports than its headers carry.
    assert set(wrong) == {"8-K"}
    assert wrong["8-K"] <= 12


def test_filing_dates_of_headers_agree_with_the_manifest(archive):
    compared = 0
    for accession, submission in archive.submissions.items():
        dates = {row["filing_date"] for row in archive.manifest[accession]} - {""}
        if submission.header.filed_date and dates:
            compared += 1
            assert str(submission.header.filed_date) in dates, accession
    assert compared > 500


def test_every_submission_with_an_acceptance_time_was_disseminated_that_day_unless_it_was_private(archive):
    days = Counter()
    for name, text in archive.texts.items():
        header = text.header
        if name.endswith(".txt") and header.accepted_at:
            later = header.disseminated_date > header.accepted_at.astimezone(NEW_YORK).date()
            days[header.was_private, later] += 1
            assert header.was_private is (header.form in CONFIDENTIAL_FORMS), name
    assert days == {(False, False): 55, (True, True): 6}


def test_every_submission_without_an_acceptance_time_was_disseminated_after_its_filing_date(archive):
    silent = [t.header for name, t in archive.texts.items() if name.endswith(".txt") and not t.header.accepted_at]
    assert len(silent) == 46
    assert all(header.disseminated_date > header.filed_date for header in silent)
    assert max(header.filed_date for header in silent) == date(2000, 10, 4)


def test_failure_case_27_every_issuer_is_the_manifest_s_company(archive):
    for accession, submission in archive.submissions.items():
        issuer = submission.header.issuer
        assert issuer is not None, accession
        assert str(int(issuer.cik)) in {row["cik"] for row in archive.manifest[accession]} | {"320193"}, accession


def test_failure_case_27_a_report_in_its_owner_s_folder_is_about_the_issuer(archive):
    header = archive.submissions["0000320193-22-000061"].header
    assert archive.folder_cik[header.accession] == 1462356
    assert [(int(party.cik), party.role) for party in header.parties] == [(1462356, Role.OWNER), (320193, Role.ISSUER)]


def test_failure_case_30_one_accession_under_two_forms(archive):
    header = archive.texts["0001104659-25-002604.txt"].header
    assert (header.form, header.also_forms) == ("SC TO-T/A", ("SC 13D/A",))


def test_failure_case_32_agents_are_never_parties(archive):
    for submission in archive.submissions.values():
        agents = {party.cik for party in submission.header.parties if party.role is Role.AGENT}
        others = {party.cik for party in submission.header.parties if party.role is not Role.AGENT}
        assert len(agents) <= 1
        assert not agents & others


def test_both_texts_of_one_submission_agree(archive):
    text, feed = (archive.texts[f"0001104659-25-002604.{suffix}"] for suffix in ("txt", "nc"))
    assert text.header.parties == feed.header.parties
    assert text.header.filed_date == feed.header.filed_date
    assert [one.document_type for one in text.documents] == [one.document_type for one in feed.documents]


def test_index_pages_agree_with_the_headers_of_the_same_submission(archive, sec_archive):
    pages = [name for name in sec_archive.namelist() if name.endswith("-index.html") and "/Archives/" in name]
    compared = 0
    for name in pages:
        page = parse_index_page(sec_archive.read(name))
        text = archive.texts.get(f"{page.header.accession}.txt")
        if text is None:
            continue
        compared += 1
        assert (page.header.form, page.header.filed_date) == (text.header.form, text.header.filed_date)
        assert page.header.accepted_at == text.header.accepted_at
        assert page.header.period_end == text.header.period_end
        assert [(p.cik, p.role) for p in page.header.parties] == [(p.cik, p.role) for p in text.header.parties]
        assert {one.document_type for one in page.documents} <= {one.document_type for one in text.documents}
    assert len(pages) == 12
    assert compared == 10


def test_the_header_page_is_read(sec_archive):
    name = next(name for name in sec_archive.namelist() if name.endswith("-index-headers.html"))
    page = parse_header_page(sec_archive.read(name))
    assert (page.header.form, page.header.filed_date.isoformat()) == ("424B5", "2025-12-31")
    assert [one.file_name for one in page.documents] == ["form424b5.htm", "form424b5_001.jpg"]


def test_covers_without_a_folder_are_read(sec_archive):
    forms = {}
    for name in sec_archive.namelist():
        match = re.search(r"unplaced/([^/]+)/[^/]+\.(htm|html|xml)$", name)
        if match and match[1] in {"10-K", "10-Q", "8-K", "3", "4", "10-K_XBRL", "10-Q_XBRL"}:
            forms[name] = (match[1].removesuffix("_XBRL"), read_cover(sec_archive.read(name)).form)
    assert len(forms) == 21
    assert {name for name, (told, read) in forms.items() if told != read} == set()
