"""Submissions found by what stands in an archive."""

from __future__ import annotations

import itertools

from edgewise.sources.edgar.urls import FILINGS
from edgewise.sources.edgar.walk import walked

FIRST, SECOND = "0001193125-25-000001", "0001193125-25-000002"


def folder(cik: int, accession: str) -> str:
    return f"{FILINGS}{cik}/{accession.replace('-', '')}/"


def found(*addresses: str) -> list[tuple]:
    return [(one.accession, one.cik, one.ciks, one.location) for one in walked(addresses)]


def test_a_folder_is_a_submission_however_many_files_it_holds():
    files = [f"{folder(7, FIRST)}{name}" for name in ("a.htm", "ex99.htm", "_header.json")]
    assert found(*files) == [(FIRST, 7, (7,), folder(7, FIRST))]


def test_a_text_beside_the_folders_is_a_submission():
    assert found(f"{FILINGS}7/{FIRST}.txt") == [(FIRST, 7, (7,), f"{FILINGS}7/{FIRST}.txt")]


def test_a_page_about_a_submission_is_none():
    assert found(f"{FILINGS}7/{FIRST}-index.html", f"{FILINGS}7/readme.txt", "https://www.sec.gov/files/x.json") == []


def test_a_folder_goes_before_a_text_beside_it():
    files = (f"{FILINGS}7/{FIRST}.txt", f"{folder(7, FIRST)}a.htm")
    assert {tuple(found(*order)) for order in itertools.permutations(files)} == {((FIRST, 7, (7,), folder(7, FIRST)),)}


def test_failure_case_30_a_submission_below_several_registrants_is_found_once():
    files = (f"{folder(9, FIRST)}a.htm", f"{folder(7, FIRST)}a.htm", f"{folder(8, SECOND)}a.htm")
    expected = [(FIRST, 7, (7, 9), folder(7, FIRST)), (SECOND, 8, (8,), folder(8, SECOND))]
    assert all(found(*order) == expected for order in itertools.permutations(files))


def test_the_folder_with_the_whole_text_is_its_place():
    files = (f"{folder(7, FIRST)}a.htm", f"{folder(9, FIRST)}{FIRST}.txt")
    assert found(*files) == [(FIRST, 9, (7, 9), folder(9, FIRST))]
