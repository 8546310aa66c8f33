import re
from datetime import date, timedelta

import pytest

ROOT = "www.sec.gov/Archives/edgar"


def rows_of(text):
    head, table = text.split("-" * 80 + "\n")
    assert head.endswith("CIK|Company Name|Form Type|Date Filed|File Name\n")
    return [line.split("|") for line in table.splitlines()]


@pytest.fixture(scope="module")
def expected(truth):
    return sorted(
        (str(row["cik"]), row["form"], row["filed_date"], f"edgar/data/{row['cik']}/{row['accession']}.txt")
        for row in truth.iter_rows(named=True)
    )


def test_the_daily_indexes_list_exactly_the_filings_under_their_filing_dates(simulated, expected):
    listed = []
    for path in (simulated.folder / ROOT / "daily-index").rglob("master.*.idx"):
        day = date.fromisoformat(path.name.split(".")[1])
        assert path.parent.relative_to(simulated.folder / ROOT / "daily-index").as_posix() == (
            f"{day.year}/QTR{(day.month - 1) // 3 + 1}"
        )
        text = path.read_text(encoding="ascii")
        assert text.startswith(
            "Description:           Daily Index of EDGAR Dissemination Feed\nLast Data Received:    "
        )
        for cik, _, form, filed, name in rows_of(text):
            assert filed == f"{day:%Y%m%d}"
            listed.append((cik, form, day, name))
    assert sorted(listed) == expected


def test_the_quarterly_indexes_list_exactly_the_filings(simulated, expected):
    listed = []
    for path in (simulated.folder / ROOT / "full-index").rglob("master.idx"):
        text = path.read_text(encoding="ascii")
        assert "Cloud HTTP:            https://www.sec.gov/Archives/\n" in text
        year, quarter = re.search(r"(\d{4})/QTR(\d)$", path.parent.as_posix()).groups()
        for cik, company, form, filed, name in rows_of(text):
            day = date.fromisoformat(filed)
            assert (str(day.year), str((day.month + 2) // 3)) == (year, quarter)
            assert company.endswith("/SIM/") or int(cik) >= 9_830_000_001
            listed.append((cik, form, day, name))
    assert sorted(listed) == expected


def test_business_days_without_filings_have_an_index_too(simulated):
    days = {path.name for path in (simulated.folder / ROOT / "daily-index").rglob("*.idx")}
    assert "master.20240329.idx" in days  # Good Friday: EDGAR works
    assert "master.20241014.idx" not in days  # Columbus Day: it does not
    weekdays = sum((date(2024, 1, 1) + timedelta(days=n)).weekday() < 5 for n in range(366))
    assert sum(name.startswith("master.2024") for name in days) == weekdays - 11


def test_failure_case_19_the_last_evening_is_indexed_under_the_next_year(simulated, truth):
    late = truth.filter(truth["filed_date"] > date(2024, 12, 31))
    index = simulated.folder / ROOT / "full-index/2025/QTR1/master.idx"
    assert index.exists() == bool(late.height)
