"""`edgewise insiders` and `edgewise holdings` on an archive of a few filings written by hand."""

from __future__ import annotations

import json

import pytest

from tests.ownership.trades import form, transaction
from tests.sources.edgar.holdings import test_form as form_13f
from tests.sources.edgar.holdings.test_data_set import bundle

MANAGER = "1067983"
HEADER = """<SEC-DOCUMENT>{accession}.txt : {day}
<SEC-HEADER>{accession}.hdr.sgml : {day}
<ACCEPTANCE-DATETIME>{day}163000
ACCESSION NUMBER:\t\t{accession}
CONFORMED SUBMISSION TYPE:\t{form}
PUBLIC DOCUMENT COUNT:\t\t{count}
FILED AS OF DATE:\t\t{day}
{party}:
\tCOMPANY DATA:
\t\tCOMPANY CONFORMED NAME:\t\t\tA NAME
\t\tCENTRAL INDEX KEY:\t\t\t{cik:010d}
</SEC-HEADER>
"""
DOCUMENT = "<DOCUMENT>\n<TYPE>{kind}\n<SEQUENCE>{place}\n<FILENAME>{place}.xml\n<TEXT>\n{body}\n</TEXT>\n</DOCUMENT>\n"


def put(folder, cik: int, accession: str, kind: str, day: str, *documents: tuple[str, bytes], party: str = "FILER"):
    """Write a submission, accepted at 16:30 in New York, where EDGAR keeps it: below one of those it names."""
    head = HEADER.format(accession=accession, day=day, form=kind, count=len(documents), party=party, cik=cik)
    told = [
        DOCUMENT.format(kind=of, place=place, body=body.decode()) for place, (of, body) in enumerate(documents, start=1)
    ]
    path = folder / "www.sec.gov" / "Archives" / "edgar" / "data" / str(cik) / accession.replace("-", "")
    path.mkdir(parents=True)
    (path / f"{accession}.txt").write_text(head + "".join(told) + "</SEC-DOCUMENT>\n")


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Forms 4 about company 7 among the filings of two owners, a page in a form's place, a 13F and its restatement."""
    folder = tmp_path_factory.mktemp("archive")
    for number, body in ((1, form(transaction())), (2, b"<html>FORM 4</html>")):
        put(folder, 70, f"0000000070-24-{number:06d}", "4", "20240305", ("4", body), party="REPORTING-OWNER")
    put(folder, 71, "0000000071-24-000001", "4", "20240306", ("4", form(transaction())), party="REPORTING-OWNER")
    cover, table, line = form_13f.cover, form_13f.table, form_13f.line
    hundred, ten = table(line(amount="100")), table(line(amount="10"))
    whole = (("13F-HR", cover()), ("INFORMATION TABLE", hundred))
    restated = (("13F-HR/A", cover(amended="RESTATEMENT")), ("INFORMATION TABLE", ten))
    put(folder, int(MANAGER), "0001067983-23-000001", "13F-HR", "20231114", *whole)
    put(folder, int(MANAGER), "0001067983-23-000002", "13F-HR/A", "20231120", *restated)
    files = folder / "www.sec.gov" / "files"
    files.mkdir()
    listed = {"fields": ["cik", "name", "ticker", "exchange"], "data": [[7, "SEVEN INC", "SVN", "Nasdaq"]]}
    (files / "company_tickers_exchange.json").write_text(json.dumps(listed))
    return f"archive://{folder}"


def test_a_form_found_with_its_owner_is_shown_for_its_issuer_from_its_acceptance_on(empty, archive):
    """Failure case 27. What is no form is counted by its reason; going on finds nothing more to do."""
    ended = empty("insiders", "ingest", "--cik", "70", "--quarter", "2024Q1", "--json", edgar=archive)
    counts = {"found": 2, "new": 2, "fetched": 2, "read": 1, "failed": 1}
    assert ended.json == counts | {"reasons": {"rendered_html": 1}}, ended.err
    nothing = {"fetched": 0, "read": 0, "failed": 0, "reasons": {}}
    assert empty("insiders", "ingest", "--resume", "--json", edgar=archive).json == nothing
    words = ("insiders", "show", "7", "--json", "--as-of")
    assert empty(*words, "2024-03-05T21:29:59Z").json["forms"] == 0
    known = empty(*words, "2024-03-05T21:30:00Z").json
    assert [(each["days"], each["net_shares"], each["net_value"]) for each in known["windows"]] == [
        (30, 100.0, 1050.0),
        (90, 100.0, 1050.0),
    ]
    shown = empty("insiders", "show", "SVN", "--as-of", "2024-03-31", edgar=archive)
    assert "SVN in the market, as known at 2024-03-31 23:59:59 UTC; newest known_at 2024-03-05 21:30:00" in shown.out
    assert {"DOE", "JANE", "1,050", "10.50", "0000000070-24-000001"} <= set(shown.out.split()), shown.out
    assert empty("insiders", "show", "70", "--json").json["forms"] == 0


def test_who_is_chosen_is_read_and_what_waits_of_others_keeps_waiting(empty, archive):
    assert empty("filings", "ingest", "--cik", "71", "--json", edgar=archive).status == 0
    before = empty("insiders", "show", "SVN", edgar=archive)
    assert "No form about SVN was known then. Bring them in: edgewise insiders ingest --ticker SVN" in before.out
    assert empty("insiders", "ingest", "--cik", "70", "--json", edgar=archive).json["read"] == 1
    assert empty("insiders", "show", "7", "--json").json["forms"] == 1
    assert empty("insiders", "ingest", "--resume", "--json", edgar=archive).json["read"] == 1
    assert empty("insiders", "show", "7", "--json").json["forms"] == 2


def test_what_a_manager_holds_is_shown_before_and_after_its_restatement(empty, archive):
    """Failure case 29."""
    ended = empty("holdings", "ingest", "--quarter", "2023Q3", "--json", edgar=archive)
    counts = {"found": 2, "new": 2, "fetched": 2, "read": 2, "failed": 0}
    assert ended.json == counts | {"reasons": {}}, ended.err
    words = ("holdings", "show", MANAGER, "--json", "--as-of")
    for instant, amount in (("2023-11-20T21:29:59Z", 100), ("2023-11-20T21:30:00Z", 10)):
        assert [row["amount"] for row in empty(*words, instant).json["rows"]] == [amount]
    assert empty(*words, "2023-11-14T21:29:59Z").status == 1
    by_name = empty("holdings", "show", "some manager", "--as-of", "2023-12-31")
    assert "APPLE INC" in by_name.out, by_name.err
    assert "quarter to 2023-09-30, as known at 2023-12-31 23:59:59 UTC; newest known_at 2023-11-20 21:30" in by_name.out
    assert "RESTATEMENT" in by_name.out


def test_a_data_set_of_reports_is_stored_once(empty, archive, tmp_path):
    file = tmp_path / "2023q4_form13f.zip"
    file.write_bytes(bundle().getvalue())
    words = ("holdings", "ingest", "--data-set", str(file), "--json")
    told = [empty(*words, edgar=archive).json for _ in range(2)]
    assert told[0] == {"reports": 3, "lines": 3, "present": 0, "orphan_lines": 1}
    assert told[1] == {"reports": 0, "lines": 0, "present": 3, "orphan_lines": 1}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("insiders", "ingest", "--resume", "--hours", "2"), "cannot choose"),
        (("insiders", "ingest", "--hours", "2", "--quarter", "2024Q1"), "all say when"),
        (("insiders", "ingest", "--all", "--cik", "7"), "--all"),
        (("insiders", "ingest", "--quarter", "2024Q5"), "2024Q1"),
        (("insiders", "ingest", "--data-set", "nowhere.zip"), "nowhere.zip"),
        (("holdings", "ingest", "--quarter", "2200Q1"), "2200-04-01"),
        (("holdings", "ingest", "--resume", "--quarter", "2024Q1"), "cannot choose"),
        (("holdings", "ingest", "--data-set", "nowhere.zip", "--hours", "2"), "--cik alone"),
    ],
)
def test_choices_that_contradict_each_other_are_refused_with_what_to_do(empty, words, said):
    ended = empty(*words)
    assert ended.status == 1
    assert "invalid_input" in ended.complaint
    assert said in ended.complaint
