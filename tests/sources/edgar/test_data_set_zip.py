"""Members of a data set's zip are read without trusting what it says of itself."""

from __future__ import annotations

import io
import zipfile

import pytest

from edgewise.core.errors import Hostile, TooLarge, Unparsable
from edgewise.sources.edgar.data_set_zip import zipped_tables


def packed(**tables: bytes) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in tables.items():
            archive.writestr(f"../2024q1/{name}.tsv", body)
    file.seek(0)
    return file


def test_tables_are_found_in_any_folder_and_case_and_what_is_not_there_is_left_out():
    assert zipped_tables(packed(submission=b"a"), ["SUBMISSION", "FOOTNOTES"], largest=9) == {"SUBMISSION": b"a"}


def test_failure_case_43_a_bomb_a_giant_and_a_cut_file_are_refused():
    with pytest.raises(Hostile):
        zipped_tables(packed(A=bytes(20_000_000)), ["A"], largest=1 << 30)
    with pytest.raises(TooLarge):
        zipped_tables(packed(A=bytes(100)), ["A"], largest=99)
    with pytest.raises(Unparsable):
        zipped_tables(io.BytesIO(packed(A=b"abc").getvalue()[:-10]), ["A"], largest=9)
