"""The simulated market on disk: an archive laid out like the SEC's own URL space, prices, and the truth behind both.

    www.sec.gov/Archives/edgar/data/<cik>/<accession>/<accession>.txt    full submissions
    www.sec.gov/Archives/edgar/daily-index, full-index                   master indexes
    www.sec.gov/cgi-bin/browse-edgar/                                    feed pages and INDEX.tsv
    www.sec.gov/files/company_tickers*.json, data.sec.gov/submissions/   the directory of companies
    www.sec.gov/files/structureddata/                                    insiders' forms once more, a zip a quarter
    data.sec.gov/api/xbrl/companyfacts/                                  tagged values of all reports, by CIK
    prices/ohlcv.parquet                                                 daily bars, USD as traded
    prices/index_members.parquet                                         who belonged to the index, and when
    truth/filings.parquet, factor.parquet, effects.json                  what a perfect reader would know
    truth/insider_trades.parquet, holdings.parquet                       dealings and holdings as they were meant
    truth/items, risk_factors, statements                                what the documents say, in parts
    wrds/, transcripts/, api.benzinga.com/ ...                           what other providers have; see `providers`
    SIMULATED.md                                                         what this is, with the plan; written last

Nothing in it is real, and every document says so in its first line.
"""

from __future__ import annotations

import json
from array import array
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import InvalidInput
from edgewise.core.table import Instant
from edgewise.simulate.accounts import splits_of
from edgewise.simulate.actions import corporate_actions
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.directory import Filed, submissions_files, ticker_files
from edgewise.simulate.documents.page import NOTICE
from edgewise.simulate.effects import planted_effects
from edgewise.simulate.feed import feed_files
from edgewise.simulate.index_members import index_members
from edgewise.simulate.indexes import index_files
from edgewise.simulate.market import trade
from edgewise.simulate.ownership.data_sets import InsiderDataSets
from edgewise.simulate.price_files import action_table, price_table, write_prices, write_returns, write_signals
from edgewise.simulate.providers import write_provider_data
from edgewise.simulate.rendering import Closes, Desk, facts_files, submission_texts
from edgewise.simulate.schedule import schedule_filings
from edgewise.simulate.truth.gathered import GatheredTruth

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from polars._typing import PolarsDataType

    from edgewise.simulate.company import Company
    from edgewise.simulate.market import Market
    from edgewise.simulate.parties import Party
    from edgewise.simulate.plan import Plan
    from edgewise.simulate.schedule import Filing

MARKER = "SIMULATED.md"
_WITHOUT_TEXTS = (
    "The texts of what companies file themselves (8-K, 10-Q, 10-K and their like) and the transcripts of calls were "
    "left out. The indexes name these filings, with a size of 0; whoever asks for one of them finds nothing.\n\n"
)
_TRUTH_SCHEMA: dict[str, PolarsDataType] = {
    "accession": pl.String,
    "cik": pl.Int64,
    "role": pl.String,
    "form": pl.String,
    "name": pl.String,
    "accepted_at": Instant,
    "published_at": Instant,
    "filed_date": pl.Date,
    "items": pl.String,
    "size": pl.Int64,
    "path": pl.String,
    "tradable_session": pl.Date,
    "latent_tone": pl.Float64,
    "placebo": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class Simulated:
    """A simulated market that was written.

    filings:  submissions, each counted once; sessions: trading days with prices.
    prices, filings_truth, factor_truth, effects, insider_trades_truth, holdings_truth: the files of that content.
    """

    folder: Path
    companies: int
    filings: int
    sessions: int
    prices: Path
    filings_truth: Path
    factor_truth: Path
    effects: Path
    insider_trades_truth: Path
    holdings_truth: Path


def simulate(folder: Path, plan: Plan) -> Simulated:
    """Write the market of `plan` into `folder` and return what was written. The same plan gives the same bytes.

    folder: created if it is not there.
    Raises: InvalidInput, if the folder is a file or holds anything: two markets in one folder would be silently wrong.
    """
    companies = invent_companies(plan)
    return write_market(folder, plan, companies, schedule_filings(plan, companies))


def write_market(folder: Path, plan: Plan, companies: list[Company], filings: list[Filing]) -> Simulated:
    """Write a market of these companies with these filings, which stand in order of acceptance; else as `simulate`."""
    _claim(folder)
    market = trade(plan, companies, filings)
    simulated = _described(folder, plan, filings=len(filings), sessions=len(market.sessions))
    truth = GatheredTruth(simulated.effects.parent)
    splits, data_sets = splits_of(corporate_actions(plan, companies)), InsiderDataSets(folder)
    desk = Desk(plan, companies, Closes.of(market), truth, splits, data_sets)
    filed = _write_edgar(folder, desk, filings)
    truth.close()
    data_sets.close()
    _write_truth(simulated, plan, companies, filed, market)
    if plan.provider_data:
        write_provider_data(folder, plan, companies, filings, desk.closes, desk.splits)
    _write(folder, MARKER, _note(plan))
    return simulated


def simulated_before(folder: Path, plan: Plan) -> Simulated | None:
    """Return the market of `plan` if `folder` holds the whole of it, None otherwise: its note is written last."""
    note = folder / MARKER
    if not note.is_file() or note.read_text(encoding="ascii") != _note(plan):
        return None
    expected = _described(folder, plan, filings=0, sessions=0)
    filings = pl.scan_parquet(expected.filings_truth).select(pl.col("accession").n_unique()).collect().item()
    sessions = pl.scan_parquet(expected.prices).select(pl.col("session").n_unique()).collect().item()
    return replace(expected, filings=filings, sessions=sessions)


def control_prices(plan: Plan) -> pl.DataFrame:
    """Return the prices of the same companies, filings and noise with nothing planted: the control of an experiment.

    Columns as in `prices/ohlcv.parquet`: ticker, session, open, high, low, close (USD as traded), volume.
    """
    companies = invent_companies(plan)
    without = plan.control()
    return price_table(companies, trade(without, companies, schedule_filings(plan, companies)))


def _described(folder: Path, plan: Plan, *, filings: int, sessions: int) -> Simulated:
    return Simulated(
        folder=folder,
        companies=plan.companies,
        filings=filings,
        sessions=sessions,
        prices=folder / "prices" / "ohlcv.parquet",
        filings_truth=folder / "truth" / "filings.parquet",
        factor_truth=folder / "truth" / "factor.parquet",
        effects=folder / "truth" / "effects.json",
        insider_trades_truth=folder / "truth" / "insider_trades.parquet",
        holdings_truth=folder / "truth" / "holdings.parquet",
    )


def _claim(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidInput(
            f"{folder} is not an empty folder", advice="Give a new folder, or remove what an earlier run left there."
        )
    folder.mkdir(parents=True, exist_ok=True)


def _write_edgar(folder: Path, desk: Desk, filings: list[Filing]) -> list[Filed]:
    """Write the archive and return what was filed, with sizes."""
    filed = _write_submissions(folder, desk, filings)
    for files in _writers(desk, filed):
        for path, text in files:
            _write(folder, path, text)
    return filed


def _writers(desk: Desk, filed: list[Filed]) -> Iterator[Iterator[tuple[str, str]]]:
    """Yield the writers of all files but the submissions; each yields path and text of one file after the other."""
    yield submissions_files(desk.companies, filed)
    yield ticker_files(desk.companies)
    yield facts_files(desk, [one.filing for one in filed])
    yield index_files(desk.plan, [one.filing for one in filed])
    yield feed_files(desk.plan, filed)


def _write_submissions(folder: Path, desk: Desk, filings: list[Filing]) -> list[Filed]:
    """Write every submission below each of its registrants and return its size; one text is in memory at a time.

    What has no text in this plan is on file all the same, with a size of 0.
    """
    sizes = array("q", bytes(8 * len(filings)))
    for place, text in submission_texts(desk, filings):
        sizes[place] = len(text)
        paths = [filings[place].path(party.registrant) for party in filings[place].parties]
        _write(folder, paths[0], text)
        for path in paths[1:]:
            _link(folder / paths[0], folder / path)
    return [Filed(filing, size) for filing, size in zip(filings, sizes, strict=True)]


def _write_truth(
    simulated: Simulated, plan: Plan, companies: list[Company], filed: list[Filed], market: Market
) -> None:
    simulated.prices.parent.mkdir()
    write_prices(simulated.prices, companies, market)
    action_table(companies, market).write_parquet(simulated.prices.with_name("corporate_actions.parquet"))
    index_members(companies, market).write_parquet(simulated.prices.with_name("index_members.parquet"))
    write_returns(simulated.effects.with_name("returns.parquet"), companies, market)
    filing_table(filed).write_parquet(simulated.filings_truth)
    write_signals(simulated.factor_truth, companies, market)
    effects = {"plan": plan.described(), **planted_effects(plan, market)}
    simulated.effects.write_text(json.dumps(effects, indent=1) + "\n", encoding="ascii", newline="\n")


def filing_table(filed: list[Filed]) -> pl.DataFrame:
    """Return one row per filing and party, in order of acceptance: all that a server of the archive needs to know.

    cik, role, name: the party's; role is filer, co_registrant, issuer, reporting_owner or filed_by.
    accepted_at, published_at: UTC instants; filed_date, tradable_session: New York dates.
    items:           8-K item numbers, joined by spaces.
    size, path:      bytes of the full submission, and its place in this party's folder below the archive's root; 0 and
                     nothing there in a plan without texts.
    latent_tone:     null for a form without news; placebo: null on ownership forms.
    """
    rows = [_truth_row(one, party) for one in filed for party in one.filing.parties]
    return pl.DataFrame(rows, schema=_TRUTH_SCHEMA, orient="row")


def _truth_row(one: Filed, party: Party) -> tuple[object, ...]:
    filing, registrant = one.filing, party.registrant
    return (
        *(filing.accession, int(registrant.cik), party.role, filing.form, registrant.name),
        *(filing.accepted_at, filing.published_at, filing.filed_date, " ".join(filing.items), one.size),
        *(filing.path(registrant), filing.tradable_session, filing.tone, filing.placebo),
    )


def _note(plan: Plan) -> str:
    return (
        f"# {NOTICE}\n\nEvery company, filing and price below this folder was invented by Edgewise's simulator. The "
        "files have the formats of the SEC so that software can be tried on them; none of them comes from the SEC.\n\n"
        f"{'' if plan.texts else _WITHOUT_TEXTS}"
        f"```json\n{json.dumps(plan.described(), indent=1)}\n```\n"
    )


def _write(folder: Path, path: str, text: str) -> None:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(text.encode("ascii"))


def _link(written: Path, target: Path) -> None:
    """Let a submission stand in a further folder: as a second name of the file, where the disk knows such."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.hardlink_to(written)
    except OSError:
        target.write_bytes(written.read_bytes())
