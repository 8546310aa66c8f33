"""The zip of all company facts: a file at a time, a damaged one alone, and no zip that is made to hurt."""

import zipfile

import pytest

from edgewise.core.errors import Hostile, NotFound, TooLarge, Unparsable
from edgewise.core.identifiers import Cik
from edgewise.sources.edgar import company_facts_zip
from edgewise.sources.edgar.company_facts_zip import CompanyFactsZip

APPLE, NVIDIA = "CIK0000320193.json", "CIK0001045810.json"


def zipped(folder, *members, how=zipfile.ZIP_STORED):
    path = folder / "companyfacts.zip"
    with zipfile.ZipFile(path, "w", how) as bundle:
        for name, content in members:
            bundle.writestr(name, content)
    return path


def test_a_company_has_its_own_file_and_others_are_not_found(tmp_path):
    path = zipped(tmp_path, (APPLE, b"apple"), (NVIDIA, b"nvidia"), ("README", b""), ("../CIK0000000001.json", b"out"))
    with CompanyFactsZip(path) as bundle:
        assert (len(bundle), bundle.source_url) == (2, "file:companyfacts.zip")
        assert [bundle.file(Cik(cik)) for cik in (1045810, 320193)] == [b"nvidia", b"apple"]
        with pytest.raises(NotFound):
            bundle.file(Cik(1))


def test_a_damaged_member_fails_alone(tmp_path):
    path = zipped(tmp_path, (APPLE, b"apple"), (NVIDIA, b"nvidia"))
    path.write_bytes(path.read_bytes().replace(b"apple", b"spoil"))
    with CompanyFactsZip(path) as bundle:
        with pytest.raises(Unparsable, match="damaged"):
            bundle.file(Cik(320193))
        assert bundle.file(Cik(1045810)) == b"nvidia"


def test_failure_case_43_a_member_beyond_the_limit_and_one_that_shrinks_beyond_belief_are_refused(
    tmp_path, monkeypatch
):
    path = zipped(tmp_path, (APPLE, b"0" * 20_000_000), (NVIDIA, b"nvidia"), how=zipfile.ZIP_DEFLATED)
    with CompanyFactsZip(path) as bundle:
        with pytest.raises(Hostile):
            bundle.file(Cik(320193))
        monkeypatch.setattr(company_facts_zip, "MOST_MEMBER_BYTES", 5)
        with pytest.raises(TooLarge):
            bundle.file(Cik(1045810))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_two_files_of_one_company_or_too_many_is_refused(tmp_path, monkeypatch):
    path = zipped(tmp_path, (APPLE, b"apple"), (APPLE, b"other"))
    with pytest.raises(Hostile, match="two members"):
        CompanyFactsZip(path)
    monkeypatch.setattr(company_facts_zip, "MOST_MEMBERS", 1)
    with pytest.raises(Hostile, match="lists 2 members"):
        CompanyFactsZip(path)


def test_members_that_overlap_are_refused(tmp_path):
    """Many entries that point at the same bytes: the sizes they tell add up to more than the file."""
    path = zipped(tmp_path, (APPLE, b"0" * 5_000), (NVIDIA, b"1" * 5_000))
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 20 : entry + 24] = (50_000).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(Hostile, match="overlap"):
        CompanyFactsZip(path)


@pytest.mark.parametrize("content", [b"", b"<html>", b"PK\x05\x06"])
def test_what_is_no_zip_is_said_to_be_none(tmp_path, content):
    path = tmp_path / "companyfacts.zip"
    path.write_bytes(content)
    with pytest.raises(Unparsable, match="no zip file"):
        CompanyFactsZip(path)
    with pytest.raises(NotFound):
        CompanyFactsZip(tmp_path / "nowhere.zip")
