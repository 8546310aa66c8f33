import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from edgewise.core.errors import InvalidInput
from edgewise.simulate import Plan, control_prices, simulate, simulated_before

# Our own short list of words that any finance lexicon counts, chosen without looking at the simulator's phrases.
GOOD = re.compile(
    r"\b(strong\w*|improv\w*|gain\w*|achiev\w*|success\w*|favorabl\w*|excellent|exceptional\w*|benefi\w*|better|best|"
    r"efficien\w*|enhanc\w*|profitab\w*|attractive|opportunit\w*|pleased|progress|superior|great\w*|innovat\w*|reward\w*|"
    r"rebound\w*|surpass\w*|outperform\w*|leadership|positive\w*|enabl\w*|attain\w*|accomplish\w*)\b"
)
BAD = re.compile(
    r"\b(loss\w*|lost|declin\w*|adverse\w*|weak\w*|impair\w*|unfavorabl\w*|delay\w*|shortage\w*|shortfall\w*|fail\w*|"
    r"litigation|claims|penalt\w*|recall\w*|deteriorat\w*|disappoint\w*|disrupt\w*|terminat\w*|default\w*|difficult\w*|"
    r"restructur\w*|clos(?:ed|ure)\w*|cancel\w*|slow\w*|poor|severe\w*|volatil\w*|unable|bankruptcy|damage\w*|violation\w*|"
    r"idle|writedown\w*|wors\w*|deficienc\w*|negative\w*|hurt|harm\w*)\b"
)


def digests(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def words_of(submission):
    content = " ".join(content for _, _, content in submission.documents)
    visible = re.sub(r"<ix:header>.*?</ix:header>|<[^>]+>", " ", content, flags=re.DOTALL)
    return visible.lower()


def test_the_result_tells_what_was_written(simulated, plan, truth):
    assert simulated.companies == plan.companies
    assert simulated.filings == truth["accession"].n_unique()
    assert simulated.sessions == pl.read_parquet(simulated.prices)["session"].n_unique() == 252
    assert json.loads(simulated.effects.read_text())["plan"]["seed"] == plan.seed


def test_the_note_at_the_root_says_it_is_simulated_and_holds_the_plan(simulated, plan):
    note = (simulated.folder / "SIMULATED.md").read_text()
    assert note.startswith("# SIMULATED MARKET - NOT A REAL FILING")
    assert json.loads(note.split("```json")[1].split("```")[0])["companies"] == plan.companies


def test_prices_have_the_agreed_columns_and_one_row_per_company_and_session(simulated):
    prices = pl.read_parquet(simulated.prices)
    assert prices.schema == {
        "ticker": pl.String,
        "session": pl.Date,
        **dict.fromkeys(("open", "high", "low", "close"), pl.Float64),
        "volume": pl.Int64,
    }
    assert prices.null_count().sum_horizontal().item() == 0
    assert prices.select("ticker", "session").n_unique() == prices.height == 26 * 252


def test_truth_has_each_filing_once_per_party(submissions, truth):
    on_disk = {(int(read.path.parents[1].name), read.path.stem) for read in submissions}
    assert on_disk == set(truth.select("cik", "accession").iter_rows())
    assert len(submissions) == truth.height
    assert truth.schema["accepted_at"] == pl.Datetime("us", "UTC")
    silent = set(truth.filter(pl.col("latent_tone").is_null())["form"])
    assert silent <= {"10-K/A", "NT 10-K", "NT 10-Q", "3", "4", "4/A", "5", "13F-HR", "13F-HR/A", "13F-NT"}


def test_truth_tells_a_server_where_each_submission_stands_how_large_it_is_and_when_it_appears(simulated, truth):
    assert truth.columns[:11] == [
        *("accession", "cik", "role", "form", "name", "accepted_at", "published_at", "filed_date", "items", "size"),
        "path",
    ]
    for row in truth.iter_rows(named=True):
        assert (simulated.folder / row["path"]).stat().st_size == row["size"]
        assert row["path"].split("/")[4] == str(row["cik"])
    held_back = truth.filter(pl.col("published_at") != pl.col("accepted_at"))
    assert held_back.height
    at_six = held_back["published_at"].dt.convert_time_zone("America/New_York")
    assert (at_six.dt.date() == held_back["filed_date"]).all()
    assert set(at_six.dt.hour()) == {6}
    assert set(truth.filter(form="10-K")["role"]) == {"filer"}
    assert set(truth.filter(form="4")["role"]) == {"issuer", "reporting_owner"}
    assert set(truth.filter(form="8-K")["items"].str.split(" ").list.last()) == {"9.01"}


def test_a_plain_word_list_recovers_the_latent_tone(submissions, truth):
    tone = dict(truth.drop_nulls("latent_tone").select("accession", "latent_tone").iter_rows())
    pairs = []
    for read in submissions:
        if read.path.stem in tone:
            words = words_of(read)
            good, bad = len(GOOD.findall(words)), len(BAD.findall(words))
            pairs.append((tone[read.path.stem], (good - bad) / (good + bad + 1)))
    assert 0.84 < np.corrcoef(np.array(pairs).T)[0, 1] < 0.95


def test_the_factor_on_disk_is_the_sum_of_the_decayed_tones(simulated, truth, plan):
    factor = pl.read_parquet(simulated.factor_truth)
    sessions = sorted(factor["session"].unique())
    place = {session: number for number, session in enumerate(sessions)}
    tickers = json.loads((simulated.folder / "www.sec.gov/files/company_tickers.json").read_text())
    for entry in list(tickers.values())[:5]:
        own = truth.filter(cik=entry["cik_str"]).drop_nulls("latent_tone")
        at = place[date(2024, 9, 16)]
        said = [(at - place[s], x) for s, x in own.select("tradable_session", "latent_tone").iter_rows() if s in place]
        expected = sum(0.5 ** (age / plan.half_life) * x for age, x in said if 0 <= age <= plan.memory)
        found = factor.filter(ticker=entry["ticker"], session=date(2024, 9, 16))["factor"].item()
        assert found == pytest.approx(expected)


def test_the_same_plan_gives_the_same_bytes_whatever_the_hash_seed(simulated, plan, tmp_path):
    code = (
        "import sys; from datetime import date; from pathlib import Path; from edgewise.simulate import Plan, simulate;"
        "simulate(Path(sys.argv[1]), Plan(companies=26, years=1, end=date(2024, 12, 31), seed=3))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "12345"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "again")], check=True, env=environment)
    assert digests(tmp_path / "again") == digests(simulated.folder)
    prices, of_another_seed = control_prices(plan), control_prices(replace(plan, seed=4))
    assert not prices.equals(of_another_seed)


def test_the_effect_changes_prices_and_nothing_that_companies_file(simulated, plan, truth, tmp_path):
    control = simulate(tmp_path / "control", replace(plan, tone_ic=0.0))
    ours, theirs = digests(simulated.folder), digests(control.folder)
    assert ours.keys() == theirs.keys()
    own = truth.filter(pl.col("form").str.contains("^(10|8|NT)"))["path"].to_list()
    assert len(own) > 200
    assert all(ours[path] == theirs[path] for path in own)
    other = {path for path in ours if ours[path] != theirs[path]}
    assert {"SIMULATED.md", "prices/ohlcv.parquet", "truth/effects.json"} <= other
    # What insiders paid and what managers' holdings are worth follows from the prices, and with it the sizes of forms.
    assert all(path.endswith((".txt", ".json", ".parquet", ".atom", ".md", ".zip")) for path in other)
    assert not [path for path in other if "-index/" in path or path == "truth/factor.parquet"]
    planted = json.loads(control.effects.read_text())["planted_ic"]
    assert set(planted["own_return"].values()) == {0.0}


@pytest.mark.parametrize("kind", ["file", "full"])
def test_a_folder_that_holds_something_is_refused(tmp_path: Path, kind):
    target = tmp_path / "market"
    if kind == "file":
        target.write_text("mine")
    else:
        target.mkdir()
        (target / "mine.txt").write_text("mine")
    with pytest.raises(InvalidInput, match="not an empty folder"):
        simulate(target, Plan())
    assert (target if kind == "file" else target / "mine.txt").read_text() == "mine"


@pytest.fixture(scope="module")
def strong(tmp_path_factory):
    """A plan with a strong effect, and its market."""
    plan = Plan(companies=22, years=1, tone_ic=0.3)
    return plan, simulate(tmp_path_factory.mktemp("strong") / "market", plan)


def test_a_market_that_is_there_whole_is_recognised_and_another_or_half_one_is_not(strong, tmp_path):
    plan, made = strong
    assert simulated_before(made.folder, plan) == made
    assert simulated_before(made.folder, replace(plan, seed=8)) is None
    unmarked = shutil.ignore_patterns("SIMULATED.md")
    half = shutil.copytree(made.folder, tmp_path / "half", ignore=unmarked, copy_function=os.link)
    assert simulated_before(half, plan) is None


def test_the_control_has_the_same_days_and_tickers_and_other_prices(strong):
    plan, made = strong
    planted, control = pl.read_parquet(made.prices), control_prices(plan)
    assert control.select("ticker", "session").equals(planted.select("ticker", "session"))
    assert not control["close"].equals(planted["close"])
