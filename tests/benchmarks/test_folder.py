"""A folder of filings with truth is found in each layout, its documents are dated, and what is missing is named."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest
from benchmarks.evaluations.folder import OUR_TRUTH, Folder, open_folder

from edgewise.core.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = "www.sec.gov/Archives/edgar/data/1/000000000124000001/a-20231231.htm"
ROW = {"source": SOURCE, "form": "10-K", "item": "1", "status": "ok"}
MANIFEST = f"path\tform\tfiling_date\tperiod\tnote\n{SOURCE}\t10-K\t2024-02-03\t\t\n"


def truth(folder: Path, *rows: dict) -> None:
    (folder / "items").mkdir(parents=True)
    (folder / "items" / "1_000000000124000001.json").write_text(json.dumps(rows or [ROW]))


def zipped(folder: Path, prefix: str = "") -> None:
    with zipfile.ZipFile(folder / "sec.zip", "w") as archive:
        archive.writestr(prefix + SOURCE, b"body")


def unpacked(folder: Path) -> None:
    (folder / SOURCE).parent.mkdir(parents=True)
    (folder / SOURCE).write_bytes(b"body")


@pytest.mark.parametrize("inside", ["", "truth"])
@pytest.mark.parametrize("documents", [zipped, lambda folder: zipped(folder, "mirror/"), unpacked])
def test_documents_may_be_packed_or_not_and_truth_beside_them_or_in_its_own_folder(tmp_path, documents, inside):
    documents(tmp_path)
    truth(tmp_path / inside)
    folder = open_folder(tmp_path)
    rows = folder.truths("items")["1_000000000124000001"]
    assert folder.read(rows[0]["source"]) == b"body"
    assert (rows[0]["acceptable_statuses"], rows[0]["chars"]) == ([], 0)
    assert folder.without_truth({SOURCE}) == []


def test_a_folder_of_our_own_documents_without_truth_is_judged_by_ours(tmp_path):
    name, rows = next(iter(Folder(tmp_path, OUR_TRUTH, {}).truths("items").items()))
    assert name.startswith(rows[0]["cik"])
    with zipfile.ZipFile(tmp_path / "sec.zip", "w") as archive:
        archive.writestr(rows[0]["source"], b"body")
    assert open_folder(tmp_path).truth == OUR_TRUTH


def test_a_folder_of_other_documents_without_truth_is_refused_with_the_layout_that_it_needs(tmp_path):
    zipped(tmp_path)
    with pytest.raises(InvalidInput, match=r"holds no truth.*items/ or risk_factors/"):
        open_folder(tmp_path)


def test_a_folder_without_documents_is_refused(tmp_path):
    truth(tmp_path)
    with pytest.raises(InvalidInput, match=r"neither sec.zip nor www.sec.gov"):
        open_folder(tmp_path)


def test_a_row_without_a_source_is_refused_by_its_file(tmp_path):
    zipped(tmp_path)
    truth(tmp_path, {"form": "10-K", "item": "1", "status": "ok"})
    with pytest.raises(InvalidInput, match=r"000000000124000001.json has no source"):
        open_folder(tmp_path).truths("items")


@pytest.mark.parametrize("documents", [zipped, unpacked])
@pytest.mark.parametrize("source", ["www.sec.gov/other.htm", "../../../etc/hostname"])
def test_a_document_that_is_not_there_is_not_found_nor_is_one_outside_the_folder(tmp_path, documents, source):
    (tmp_path / "in").mkdir()
    documents(tmp_path / "in")
    truth(tmp_path / "in")
    with pytest.raises(NotFound):
        open_folder(tmp_path / "in").read(source)


def test_documents_without_truth_are_those_of_the_forms_that_the_manifest_lists(tmp_path):
    zipped(tmp_path)
    truth(tmp_path)
    (tmp_path / "sec.MANIFEST.tsv").write_text(MANIFEST + "a/b.htm\t10-Q\t\t\t\n")
    folder = open_folder(tmp_path)
    assert folder.without_truth(set()) == [SOURCE]
    assert folder.without_truth({SOURCE}) == []


class TestDates:
    def dated(self, tmp_path, *, manifest="", body=b"", source=SOURCE, accession="000000000124000001"):
        unpacked(tmp_path)
        truth(tmp_path)
        if manifest:
            (tmp_path / "sec.MANIFEST.tsv").write_text("path\tform\tfiling_date\tperiod\tnote\n" + manifest)
        found = open_folder(tmp_path).dated(source, "10-K", accession, body)
        return found.filed, found.told_by

    def test_the_manifest_has_the_first_word(self, tmp_path):
        line = f"{SOURCE}\t10-K\t2024-02-03\t2023-12-31\t\n"
        assert self.dated(tmp_path, manifest=line, body=b"FILED AS OF DATE: 20240204") == (date(2024, 2, 3), "manifest")

    def test_then_a_signature_date_within_the_year_of_the_accession_number(self, tmp_path):
        line = f"{SOURCE}\t10-K\t\t\tfiling date unknown, signature date 2023-12-30\n"
        assert self.dated(tmp_path, manifest=line) == (date(2024, 1, 1), "signature")

    def test_then_the_header_of_the_submission(self, tmp_path):
        assert self.dated(tmp_path, body=b"<SEC-HEADER>\nFILED AS OF DATE:\t\t20240229\n") == (
            date(2024, 2, 29),
            "header",
        )

    def test_then_the_period_and_the_delay_of_the_form(self, tmp_path):
        assert self.dated(tmp_path) == (date(2024, 3, 10), "period")

    def test_then_the_year_of_the_accession_number(self, tmp_path):
        assert self.dated(tmp_path, source="x.txt", accession="0000000001-97-000123") == (date(1997, 7, 1), "accession")

    def test_else_it_says_where_it_looked(self, tmp_path):
        with pytest.raises(InvalidInput, match=r"nothing tells when x\.txt was filed: no filing_date or period"):
            self.dated(tmp_path, source="x.txt", accession="")
