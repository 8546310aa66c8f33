import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")


def test_the_header_stamp_is_the_truths_instant_in_eastern_time(submissions, truth):
    accepted = {row["accession"]: row["accepted_at"] for row in truth.iter_rows(named=True)}
    for read in submissions:
        stamp = re.search(r"^<ACCEPTANCE-DATETIME>(\d{14})$", read.header, re.MULTILINE).group(1)
        wall = datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=EASTERN)
        assert wall.astimezone(UTC) == accepted[read.path.stem]


def test_the_header_names_form_dates_and_registrants_as_the_truth_does(submissions, truth):
    rows = {(row["accession"], row["cik"]): row for row in truth.iter_rows(named=True)}
    for read in submissions:
        row = rows[read.path.stem, int(read.path.parents[1].name)]
        assert read.field("ACCESSION NUMBER") == [row["accession"]]
        assert read.field("CONFORMED SUBMISSION TYPE") == [row["form"]]
        assert read.field("FILED AS OF DATE") == [f"{row['filed_date']:%Y%m%d}"]
        assert f"{row['cik']:010d}" in read.field("CENTRAL INDEX KEY")
        assert read.path.parent.name == row["accession"].replace("-", "")
        assert all(re.search(r"^[A-Z].* \[\d{4}\]$", sic) for sic in read.field("STANDARD INDUSTRIAL CLASSIFICATION"))


def test_the_document_count_is_that_of_the_documents_and_the_file_ends(submissions):
    for read in submissions:
        assert read.field("PUBLIC DOCUMENT COUNT") == [str(len(read.documents))]
        assert read.text.startswith(f"<SEC-DOCUMENT>{read.path.name} : ")
        assert read.text.endswith("</DOCUMENT>\n</SEC-DOCUMENT>\n")


def test_failure_case_30_a_joint_submission_is_one_text_in_two_folders(submissions):
    joint = {}
    for read in submissions:
        if read.header.count("\nFILER:\n") == 2:
            joint.setdefault(read.path.stem, []).append(read)
    assert joint
    for first, second in joint.values():
        assert first.text == second.text
        ciks = {int(cik) for cik in first.field("CENTRAL INDEX KEY")}
        assert ciks == {int(read.path.parents[1].name) for read in (first, second)}


def test_current_reports_list_their_items_in_words(submissions):
    for read in submissions:
        items = read.field("ITEM INFORMATION")
        if read.field("CONFORMED SUBMISSION TYPE") == ["8-K"]:
            assert len(items) == 2
            assert items[1] == "Financial Statements and Exhibits"
        else:
            assert items == []


def test_a_submission_with_several_parties_is_one_file_with_several_names(submissions):
    files = {}
    for read in submissions:
        files.setdefault(read.path.stem, []).append(read.path)
    shared = [paths for paths in files.values() if len(paths) > 1]
    assert shared
    assert all(paths[0].samefile(other) for paths in shared for other in paths[1:])
