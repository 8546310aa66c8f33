"""`edgewise holdings cusips`: which security each CUSIP names, by a file or by the SEC's files of fails to deliver."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgewise.app.commands.form_intake import quarter_days
from edgewise.app.console import OUT, Json, house_for, parse_day, print_json, progress
from edgewise.core.clock import NEW_YORK, latest_known_at
from edgewise.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgewise.app.house import House
    from edgewise.pipelines.cusips import FailsFile


def cusips(
    file: Annotated[
        Path | None, typer.Argument(help="Parquet or CSV: cusip, and ticker or instrument_id; valid_from, valid_to.")
    ] = None,
    *,
    known: Annotated[str, typer.Option("--known", metavar="DAY", help="Day from whose end FILE could be had.")] = "",
    fails: Annotated[
        list[str] | None,
        typer.Option(
            "--fails",
            metavar="2024-03b|ZIP",
            help="The SEC's file of fails to deliver of half a month, a or b, or its zip; repeat.",
        ),
    ] = None,
    quarter: Annotated[
        str, typer.Option("--quarter", metavar="2024Q1", help="The SEC's files of a calendar quarter.")
    ] = "",
    backfill: Annotated[
        int | None, typer.Option("--backfill", min=1, metavar="DAYS", help="The SEC's files from so many days ago.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Leave out half months that were read before.")] = False,
    json: Json = False,
) -> None:
    """Store which security each CUSIP names: by a file of yours, or by the SEC's files of fails to deliver.

    Tickers of FILE are looked up on the day of --known; from then on FILE alone says what its CUSIPs name. Symbols of
    the SEC's files are looked up on the day of each fail. Files that are not out yet are left out and counted.
    """
    if (file is None) == (not (fails or quarter or backfill)):
        raise InvalidInput(
            "either FILE or files of the SEC are to be read",
            advice="Give FILE with --known DAY; or --fails 2024-03b, --quarter 2024Q1 or --backfill DAYS.",
        )
    if (file is None) == bool(known) or (file is not None and resume):
        raise InvalidInput(
            "--known goes with FILE, --resume with the files of the SEC",
            advice="Leave it out, or give FILE and --known.",
        )
    with house_for("holdings cusips") as (house, counts):
        if file is None:
            house.mark_simulated()
            _take_fails(house, counts, _fails_files(house, fails or [], quarter, backfill), resume=resume, json=json)
        else:
            _take_cusips(house, counts, file, known, json=json)


def _take_cusips(house: House, counts: dict[str, int], file: Path, known: str, *, json: bool) -> None:
    from edgewise.pipelines.cusips import ingest_cusips  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.instruments import known_instruments  # noqa: PLC0415 - as above

    instruments = known_instruments(house.edgar, house.lake, house.clock)
    day = latest_known_at(parse_day(known, option="--known"))
    done = ingest_cusips(file, house.lake, instruments, known_at=day)
    counts |= {"rows": done.rows, **done.refused}
    if json:
        print_json(counts)
        return
    OUT.print(f"CUSIPs stored [bold]{done.rows:,}[/]")
    for reason, rows in done.refused.items():
        OUT.print(f"  left out for {reason}: {rows:,}")


def _fails_files(house: House, named: list[str], quarter: str, backfill: int | None) -> list[FailsFile]:
    """Return the files that the options name, oldest first, each half month once; a file that was given goes first."""
    from edgewise.pipelines.cusips import FailsFile  # noqa: PLC0415 - keeps the help page quick
    from edgewise.sources.edgar.fails import HalfMonth  # noqa: PLC0415 - as above

    today = house.clock.now().astimezone(NEW_YORK).date()
    spans = [quarter_days(quarter)] if quarter else []
    spans += [(today - timedelta(days=backfill), today)] if backfill else []
    given = [Path(one) for one in named if one.lower().endswith(".zip")]
    chosen = {half: FailsFile(half) for first, last in spans for half in HalfMonth.between(first, last)}
    chosen |= {half: FailsFile(half) for half in (HalfMonth.parse(one) for one in named if Path(one) not in given)}
    chosen |= {half: FailsFile(half, path) for path in given for half in [HalfMonth.parse(path.stem)]}
    return [chosen[half] for half in sorted(chosen)]


def _take_fails(house: House, counts: dict[str, int], files: Sequence[FailsFile], *, resume: bool, json: bool) -> None:
    from edgewise.pipelines.cusips import ingest_fails  # noqa: PLC0415 - keeps the help page quick
    from edgewise.pipelines.instruments import known_instruments  # noqa: PLC0415 - as above

    instruments = known_instruments(house.edgar, house.lake, house.clock)
    with progress("reading files of fails", len(files)) as done:
        came = ingest_fails(house.edgar, house.lake, house.clock, instruments, files, resume=resume, on_progress=done)
    names = ("files", "resumed", "early", "lines", "sightings", "cusips", "named", "told", "rows")
    counts |= {name: getattr(came, name) for name in names} | {"failed": len(came.failed)}
    if json:
        print_json({**counts, "padded": came.padded, "refused": came.refused, "failures": came.failed})
        return
    OUT.print(" · ".join(f"{name} [bold]{count:,}[/]" for name, count in counts.items()))
    if came.early:
        OUT.print(f"  not out yet: {came.early:,}; ask again with --resume")
    for reason, count in came.refused.items():
        OUT.print(f"  left out for {reason}: {count:,}")
    for half, one in came.failed.items():
        OUT.print(f"  failed for {one.reason}: {half}: {one.detail}", markup=False, soft_wrap=True)
