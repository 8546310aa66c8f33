"""Which companies a command means: the options that choose them, and what each ingester asks for of those chosen.

`--sp500` is who belonged to the index on any of the days that are asked for, never today's members applied to the past;
where a command asks for all days, it is everybody who ever belonged. `--all` likewise is whoever was listed on one of
the days, those that have left the market since too. A `--ticker` means who has it today, or who had it last.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import polars as pl
import typer

from edgewise.app.console import ERR
from edgewise.core.clock import FIRST_SESSION, NEW_YORK
from edgewise.core.errors import InvalidInput, NotConfigured, NotFound
from edgewise.core.identifiers import Cik, Ticker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from edgewise.app.house import House
    from edgewise.pipelines.members import IngestedMembers

Failed = Annotated[bool, typer.Option("--failed", help="Those that failed before and have not come since.")]
Sp500 = Annotated[
    bool, typer.Option("--sp500", help="Whoever belonged to the S&P 500 on a day that is asked for, as the file says.")
]
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Companies:
    """The companies that the options name, over the days from `first` to `last`, New York's.

    ciks, tickers: as they were given. everybody: whoever had a symbol, members: who belonged to the S&P 500, on any of
    those days.
    Several options together mean whoever fits one of them.
    """

    ciks: Sequence[str] = ()
    tickers: Sequence[str] = ()
    everybody: bool = False
    members: bool = False
    first: date = field(default=FIRST_SESSION)
    last: date | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was chosen."""
        return not (self.ciks or self.tickers or self.everybody or self.members)


def ciks_of(house: House, chosen: Companies) -> list[Cik]:
    """Return the registrants that are chosen, each once, in the order of the options.

    Raises InvalidInput where nothing is chosen, NotFound for a symbol that names nothing, and as `members_in`.
    """
    from edgewise.pipelines.instruments import last_issuer_of  # noqa: PLC0415 - keeps the help page quick

    if chosen.is_empty:
        raise InvalidInput("no company is chosen", advice="Give --ticker, --cik, --sp500 or --all.")
    found = [Cik(cik) for cik in chosen.ciks]
    if chosen.tickers or chosen.everybody or chosen.members:
        instruments = instruments_of(house)
        found += [last_issuer_of(instruments, Ticker(one), _today(house)) for one in chosen.tickers]
        if chosen.members:
            belonged = members_in(house, chosen)
            _tell_lost(belonged.filter(pl.col("cik").is_null()), "no CIK")
            # A registrant that a successor has replaced reported before it did: both are the company.
            own = instruments.join(belonged.select("instrument_id").drop_nulls(), on="instrument_id", how="semi")
            ciks = pl.concat([belonged["cik"].drop_nulls(), own["cik"]]).unique().sort()
            found += [Cik(int(cik)) for cik in ciks]
        if chosen.everybody:
            found += [Cik(int(cik)) for cik in instruments["cik"].unique().sort()]
    return list(dict.fromkeys(found))


def securities_of(house: House, chosen: Companies) -> list[tuple[Ticker, str]]:
    """Return symbol and security of what is chosen, each once; the symbol is today's, or the last one it had.

    A symbol that has named another security since is left out: whoever is asked for it would speak of that one. Those
    are told. Raises as `ciks_of` does.
    """
    from edgewise.sources.edgar.tickers import current, resolve_last  # noqa: PLC0415 - keeps the help page quick

    instruments = instruments_of(house)
    today = _today(house)
    found = {str(resolve_last(instruments, one, today)): Ticker(one) for one in chosen.tickers}
    spans = current(instruments).sort("valid_from", "valid_to", nulls_last=True)
    if chosen.members:
        belonged = members_in(house, chosen)
        _tell_lost(belonged.filter(pl.col("instrument_id").is_null()), "no known security")
        own = spans.join(belonged.select("instrument_id").drop_nulls(), on="instrument_id", how="semi")
        found |= _by_last_symbol(own, spans)
    if chosen.everybody:
        listed = spans.filter(
            pl.col("valid_from") <= (chosen.last or today),
            pl.col("valid_to").is_null() | (pl.col("valid_to") >= chosen.first),
        )
        own = spans.join(listed, on="instrument_id", how="semi")
        found |= {name: symbol for name, symbol in _by_last_symbol(own, spans).items() if name not in found}
    return [(symbol, name) for name, symbol in found.items()]


def _by_last_symbol(own: pl.DataFrame, spans: pl.DataFrame) -> dict[str, Ticker]:
    """Return the last symbol of each security of `own`, by symbol; without those that another one has had since, told.

    spans: of all securities, in order of their first days.
    """
    holders = spans.unique("ticker", keep="last").select("ticker", taken_by="instrument_id")
    last = own.sort("valid_to", "valid_from", nulls_last=True).unique("instrument_id", keep="last", maintain_order=True)
    owned = last.join(holders, on="ticker")
    reused = pl.col("taken_by") != pl.col("instrument_id")
    _tell_lost(owned.filter(reused), "a symbol that another company has had since")
    asked = owned.filter(reused.not_()).sort("ticker", "instrument_id")
    return {name: Ticker(symbol) for name, symbol in asked.select("instrument_id", "ticker").iter_rows()}


def symbols_of(house: House, chosen: Companies) -> list[str]:
    """Return the symbols that the chosen had on the days asked for, in their one spelling, each once.

    Of --all none: a provider that is asked for no symbol tells of all. Raises as `members_in` does.
    """
    from edgewise.sources.edgar.tickers import current  # noqa: PLC0415 - keeps the help page quick

    if chosen.everybody and (chosen.tickers or chosen.members):
        raise InvalidInput("--all and a choice contradict each other", advice="Give one of them.")
    found = [str(Ticker(one)) for one in chosen.tickers]
    if chosen.members:
        belonged = members_in(house, chosen)
        spans = current(instruments_of(house)).filter(
            pl.col("valid_from") <= (chosen.last or _today(house)),
            pl.col("valid_to").is_null() | (pl.col("valid_to") >= chosen.first),
        )
        own = spans.join(belonged.select("instrument_id").drop_nulls(), on="instrument_id", how="semi")
        # A file may write later symbols than those of the days; one that no list knows is all there is.
        nameless = belonged.join(own, on="instrument_id", how="anti")
        found += sorted({*own["ticker"], *nameless["ticker"]})
    return list(dict.fromkeys(found))


def members_in(house: House, chosen: Companies, *, index: str = "sp500") -> pl.DataFrame:
    """Return the spans, rows of INDEX_MEMBERS, of who belonged to the index on any of the days that are asked for.

    The file of the settings is looked at anew. Raises NotConfigured where no members are stored and no file is named,
    NotFound where nobody belonged.
    """
    from edgewise.core.tables_members import INDEX_MEMBERS  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.members import members_of  # noqa: PLC0415 - as above

    if house.settings.index_members is not None or house.lake.version(INDEX_MEMBERS) is None:
        stored_members(house, members_file(house), index)
    last = chosen.last or _today(house)
    found = members_of(house.lake, index, first=chosen.first, last=last)
    if found.is_empty():
        raise NotFound(
            f"nobody is known to have belonged to {index} from {chosen.first} to {last}",
            advice="Look at what the file says: edgewise instruments members --on DAY.",
        )
    return found


def members_file(house: House) -> Path:
    """Return the file of index members that the settings name. Raises NotConfigured where they name none."""
    file = house.settings.index_members
    if file is None:
        raise NotConfigured(
            "nobody says who belongs to the index",
            advice="Set EDGEWISE_INDEX_MEMBERS to a file of spans of membership, or store one: "
            "edgewise instruments members FILE.",
        )
    return file


def stored_members(house: House, file: Path, index: str) -> IngestedMembers:
    """Store the spans of a file of members; see `ingest_members`."""
    from edgewise.pipelines.members import ingest_members  # noqa: PLC0415 - keeps the help page quick

    return ingest_members(file, house.lake, instruments_of(house), house.clock, index=index)


def _today(house: House) -> date:
    return house.clock.now().astimezone(NEW_YORK).date()


def _tell_lost(spans: pl.DataFrame, why: str) -> None:
    """Say which of the chosen cannot be asked for, on the error stream: the answer may be read by a program."""
    symbols = spans["ticker"].unique().sort().to_list()
    if symbols:
        told = ", ".join(symbols[:_SHOWN]) + (", ..." if len(symbols) > _SHOWN else "")
        ERR.print(f"  not asked for, they have {why}: {len(symbols):,} symbols ({told})", soft_wrap=True, markup=False)


def instruments_of(house: House) -> pl.DataFrame:
    """Return the securities that are stored; those of the SEC's list, fetched now, where none is.

    Who has them stored can read files without ever asking the SEC.
    """
    from edgewise.core.tables import INSTRUMENTS  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.instruments import known_instruments  # noqa: PLC0415 - as above

    known = house.lake.history(INSTRUMENTS)
    return known_instruments(house.edgar, house.lake, house.clock) if known.is_empty() else known
