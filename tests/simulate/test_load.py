import re
from datetime import date

import polars as pl
import pytest

from edgewise.core.errors import InvalidInput
from edgewise.simulate.load import write_busy_day

DAY = date(2024, 5, 15)


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    return write_busy_day(tmp_path_factory.mktemp("busy") / "market", filings=240, day=DAY)


@pytest.fixture(scope="module")
def truth(busy):
    return pl.read_parquet(busy.filings_truth)


def test_the_day_has_exactly_as_many_submissions_as_asked_for_and_no_other_day_has_any(busy, truth):
    assert busy.filings == truth["accession"].n_unique() == 240
    assert set(truth["filed_date"]) == {DAY}
    assert set(truth["accepted_at"].dt.convert_time_zone("America/New_York").dt.date()) == {DAY}


def test_the_daily_index_and_the_feed_have_all_of_them(busy, truth):
    index = (busy.folder / "www.sec.gov/Archives/edgar/daily-index/2024/QTR2/master.20240515.idx").read_text()
    assert len(index.split("-" * 80 + "\n")[1].splitlines()) == truth.height
    pages = (busy.folder / "www.sec.gov/cgi-bin/browse-edgar/A_last_day").glob("*.atom")
    seen = {number for page in pages for number in re.findall(r"accession-number=([\d-]+)", page.read_text())}
    assert seen == set(truth["accession"])


def test_most_are_forms_4_and_8k_and_there_are_periodic_reports_and_13fs(truth):
    forms = dict(truth.unique("accession").group_by("form").len().iter_rows())
    assert forms["4"] > 100
    assert forms["8-K"] == 72  # 30 percent
    assert forms["10-Q"] + forms.get("10-K", 0) >= 38
    assert forms["13F-HR"] > 2


def test_half_of_them_come_in_two_bursts(truth):
    wall = truth.unique("accession")["accepted_at"].dt.convert_time_zone("America/New_York").dt.time().cast(pl.String)
    bursts = sum("16:05" <= at < "16:10" or "17:25" <= at < "17:30" for at in wall)
    assert 0.45 < bursts / len(wall) < 0.65


@pytest.mark.parametrize(("filings", "day"), [(240, date(2024, 5, 18)), (3, DAY), (50_000, DAY)])
def test_a_day_that_cannot_be_is_refused_and_nothing_is_written(tmp_path, filings, day):
    with pytest.raises(InvalidInput):
        write_busy_day(tmp_path / "market", filings=filings, day=day)
    assert not (tmp_path / "market").exists()
