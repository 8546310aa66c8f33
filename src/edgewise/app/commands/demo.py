"""`edgewise demo`: the whole journey on a simulated market, and what it proves."""

from __future__ import annotations

import json as json_format
import shutil
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.panel import Panel
from rich.status import Status

from edgewise.app.commands.served_market import last_day, served
from edgewise.app.console import ERR, OUT, Json, house_for, print_json, print_rows
from edgewise.core.clock import NEW_YORK
from edgewise.core.errors import NotFound
from edgewise.pipelines.journey import Leg

if TYPE_CHECKING:
    from datetime import datetime

    from edgewise.app.commands.served_market import ServedMarket
    from edgewise.app.house import House
    from edgewise.pipelines.research import FactorEvaluation
    from edgewise.simulate import Plan, Simulated

HORIZONS = (1, 5, 21)
IDENTITY = "Edgewise demo demo@example.com"
SPEED = 7_200.0
"""Simulated seconds in one real second while the last day is watched: a day of filings in about nine seconds."""


def demo(
    *,
    companies: Annotated[int, typer.Option(min=22, help="How many companies, over eleven sectors.")] = 110,
    years: Annotated[int, typer.Option(min=1, help="How many years, ending with 2024.")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another market.")] = 7,
    tone_ic: Annotated[
        float, typer.Option(min=-0.5, max=0.5, help="How strongly tone leads returns; 0 plants nothing.")
    ] = 0.06,
    home: Annotated[Path | None, typer.Option(help="Where to keep it; under EDGEWISE_HOME if left out.")] = None,
    json: Json = False,
) -> None:
    """Simulate a market, take its filings from feed to factor, and compare what is found with what was planted.

    Run again with the same numbers, it reuses what is there.
    """
    from edgewise.simulate import Plan  # noqa: PLC0415 - keeps the help page quick

    plan = Plan(companies=companies, years=years, seed=seed, tone_ic=tone_ic)
    folder = home or _default_home(plan)
    legs: list[Leg] = []
    with Status("simulating a market", console=ERR) as status:
        market = _timed(legs, "simulate", lambda: _simulated(folder / "market", plan), count=lambda made: made.filings)
        status.update("starting a server that behaves like the SEC")
        eve, end = last_day(plan)
        with (
            served(market.folder, begins=eve) as server,
            house_for("demo", home=folder, edgar=server.url, identity=IDENTITY, rate_per_s=0) as (house, counts),
        ):
            findings = _run(house, plan, market, legs, status, server=server, end=end)
            counts |= {leg.name: leg.done for leg in legs}
    if json:
        print_json({"simulated": True, "plan": plan.described(), "legs": legs, "evidence": findings.evidence})
    else:
        _report(plan, folder, legs, findings)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one horizon shows: planted, agreement with the perfect reader, measured, and the control without effect."""

    horizon: int
    planted: float
    agreement: float
    measured: FactorEvaluation
    control: FactorEvaluation


@dataclass(frozen=True, slots=True)
class Findings:
    """The evidence at each horizon, and a value worth a look: the strongest of the last session."""

    evidence: list[Evidence]
    example: dict[str, Any]


def _default_home(plan: Plan) -> Path:
    from edgewise.app.settings import load_settings  # noqa: PLC0415 - beside its only use

    return load_settings().home / f"demo-{plan.companies}x{plan.years}-seed{plan.seed}-ic{plan.tone_ic:g}"


def _simulated(folder: Path, plan: Plan) -> Simulated:
    """Return the market in `folder`, written anew unless it is there whole: its marker is written last."""
    from edgewise.simulate import simulate, simulated_before  # noqa: PLC0415 - as in demo

    before = simulated_before(folder, plan)
    if before is not None:
        return before
    shutil.rmtree(folder, ignore_errors=True)
    return simulate(folder, plan)


def _run(
    house: House,
    plan: Plan,
    market: Simulated,
    legs: list[Leg],
    status: Status,
    *,
    server: ServedMarket,
    end: datetime,
) -> Findings:
    from edgewise.core.clock import sessions  # noqa: PLC0415 - as in demo
    from edgewise.factors.registry import factor_named  # noqa: PLC0415 - as in demo
    from edgewise.pipelines.factors import build_factor  # noqa: PLC0415 - as in demo
    from edgewise.pipelines.ingest import record_discoveries  # noqa: PLC0415 - as in demo
    from edgewise.pipelines.instruments import known_instruments  # noqa: PLC0415 - as in demo
    from edgewise.pipelines.journey import travel  # noqa: PLC0415 - as in demo
    from edgewise.pipelines.parse import FORMS_WITH_WORDS  # noqa: PLC0415 - as in demo
    from edgewise.pipelines.prices import ingest_prices  # noqa: PLC0415 - as in demo
    from edgewise.sources.edgar.selection import Origin, Selection  # noqa: PLC0415 - as in demo

    house.mark_simulated()
    status.update("reading the indexes")
    # The history takes what the factor rests on; the last day, watched live, takes every form.
    eve = server.begins.astimezone(NEW_YORK).date()
    selection = Selection(origin=Origin.INDEX, forms=FORMS_WITH_WORDS, since=plan.start, until=eve)
    _timed(
        legs,
        "discover",
        lambda: record_discoveries(house.edgar.discover(selection), house.filings, house.clock),
        count=lambda found: found[0],
    )
    legs.extend(travel(house.rooms, on_progress=lambda name, _done: status.update(f"{name}: filings")))
    status.update("watching the last day, live")
    _timed(legs, "watch", lambda: _watch(house, server, end), count=lambda counted: counted.get("arrived", 0))
    status.update("storing prices")
    instruments = known_instruments(house.edgar, house.lake, house.clock)
    _timed(legs, "prices", lambda: ingest_prices(market.prices, house.lake, instruments), count=lambda made: made.rows)
    status.update("building the factor")
    days = sessions(plan.start, plan.end)
    _timed(
        legs,
        "factor",
        lambda: build_factor(house.lake, factor_named("filing_tone"), days, model_version=house.tone_model.version),
        count=lambda covered: int(covered["with_z"].sum()),
    )
    status.update("measuring")
    evidence: list[Evidence] = _timed(legs, "measure", lambda: _evidence(house, plan, market), count=len)
    return Findings(evidence, _strongest(house))


def _watch(house: House, server: ServedMarket, end: datetime) -> dict[str, int]:
    """Follow the feed while the last day passes in a few seconds; return what the stream counted."""
    from edgewise.app.telemetry import Telemetry  # noqa: PLC0415 - as in demo
    from edgewise.pipelines.stream.watch import Pace, watch, watch_once  # noqa: PLC0415 - as in demo

    counted: dict[str, int] = {}
    stop, pace = threading.Event(), Pace(poll_s=0.5, index_days=0)

    def end_with_the_day() -> None:
        while house.clock.now() < end and not stop.wait(0.1):
            pass
        stop.set()

    with Telemetry(house, counted, quiet=True) as telemetry:
        stream = house.stream(telemetry.tell)
        server.run(speed=SPEED)
        evening = threading.Thread(target=end_with_the_day, name="evening")
        evening.start()
        try:
            watch(stream, pace=pace, stop=stop)
        finally:
            stop.set()
            evening.join()
        watch_once(stream, pace=pace, stop=threading.Event())
    return counted


def _strongest(house: House) -> dict[str, Any]:
    import polars as pl  # noqa: PLC0415 - as in demo

    from edgewise.core.tables import FACTORS  # noqa: PLC0415 - as in demo

    values = house.lake.read(FACTORS, columns=["instrument_id", "session", "z", "newest_input"]).drop_nulls("z")
    if values.is_empty():
        raise NotFound(
            "no z-score came out of this market", advice="Simulate more companies: five are needed in a sector."
        )
    last = values.filter(pl.col("session") == pl.col("session").max())
    return last.sort(pl.col("z").abs(), "instrument_id").row(-1, named=True)


def _evidence(house: House, plan: Plan, market: Simulated) -> list[Evidence]:
    import polars as pl  # noqa: PLC0415 - as in demo

    from edgewise.core.clock import session_closes  # noqa: PLC0415 - as in demo
    from edgewise.core.tables import FACTORS, PRICES  # noqa: PLC0415 - as in demo
    from edgewise.pipelines.research import evaluate  # noqa: PLC0415 - as in demo
    from edgewise.research.ic import rank_ic  # noqa: PLC0415 - as in demo
    from edgewise.research.inference import LEAST_HORIZONS  # noqa: PLC0415 - as in demo
    from edgewise.simulate import control_prices  # noqa: PLC0415 - as in demo

    values = house.lake.read(FACTORS, columns=["instrument_id", "session", "sector", "z"])
    prices = house.lake.read(PRICES)
    tickers = house.lake.read(_instruments()).select("ticker", "instrument_id")
    without = _identified(control_prices(plan), tickers)
    without = without.with_columns(known_at=session_closes(without["session"]), status=pl.lit("ok"))
    truth = _identified(pl.read_parquet(market.factor_truth).filter(effect="tone"), tickers)
    planted = json_format.loads(market.effects.read_text())["planted_ic"]["own_return"]
    scored = values.drop_nulls("z")["session"].n_unique()
    agreement = rank_ic(values, truth, label="z")["ic"].mean()
    return [
        Evidence(
            horizon,
            planted[str(horizon)],
            float(agreement or 0.0),  # type: ignore[arg-type]
            evaluate(values, prices, name="filing_tone", horizon=horizon),
            evaluate(values, without, name="filing_tone", horizon=horizon),
        )
        for horizon in HORIZONS
        # A young market is too short for an honest interval around a long horizon.
        if scored - horizon >= LEAST_HORIZONS * horizon
    ]


def _instruments() -> Any:
    from edgewise.core.tables import INSTRUMENTS  # noqa: PLC0415 - as in demo

    return INSTRUMENTS


def _identified(frame: Any, tickers: Any) -> Any:
    return frame.join(tickers, on="ticker").drop("ticker")


def _timed(legs: list[Leg], name: str, work: Any, *, count: Any) -> Any:
    began = time.perf_counter()
    result = work()
    legs.append(Leg(name, int(count(result)), time.perf_counter() - began))
    return result


def _report(plan: Plan, folder: Path, legs: list[Leg], findings: Findings) -> None:
    OUT.print(
        Panel(
            f"{plan.companies} invented companies in eleven sectors, {plan.start} to {plan.end}, seed {plan.seed}.\n"
            f"Each filing's tone was made to lead returns: planted one-session IC {plan.tone_ic:g}.",
            title="[bold yellow]SIMULATED MARKET[/] nothing here is a real company, filing or price",
            title_align="left",
            expand=False,
        )
    )
    rows: list[dict[str, object]] = [
        {
            "leg": leg.name,
            "count": leg.done,
            "failed": leg.failed or None,
            "seconds": f"{leg.seconds:.1f}",
            "per_second": f"{leg.done / leg.seconds:,.0f}" if leg.seconds > 0 else None,
        }
        for leg in legs
    ]
    print_rows("The journey", rows, columns=["leg", "count", "failed", "seconds", "per_second"], empty="")
    found: list[dict[str, object]] = [
        {
            "held": f"{each.horizon} sessions" if each.horizon > 1 else "1 session",
            "planted": f"{each.planted:+.3f}",
            "expected": f"{each.planted * each.agreement:+.3f}",
            "measured": _with_interval(each.measured),
            "control": _with_interval(each.control),
        }
        for each in findings.evidence
    ]
    print_rows(
        "Does tone lead returns? Rank IC of filing_tone, 95 % intervals", found, columns=list(found[0]), empty=""
    )
    OUT.print(
        "  planted   what a perfect reader of the filings would find\n"
        f"  expected  of ours, whose rank correlation with the perfect one is {findings.evidence[0].agreement:.2f}\n"
        "  measured  against later returns less their sector's mean: decided at a close,\n"
        "            entered at the next open\n"
        "  control   the same filings beside prices in which nothing was planted\n"
    )
    example = findings.example
    OUT.print("[bold]Where to look next[/]")
    activate = () if shutil.which("edgewise") else (f"source {Path(sys.prefix) / 'bin' / 'activate'}",)
    for command in (
        *activate,
        f"export EDGEWISE_HOME={folder} EDGEWISE_EDGAR=archive://{(folder / 'market').absolute()}",
        "edgewise factors show",
        f"edgewise factors explain {example['instrument_id']}",
        "edgewise filings list --form 8-K --limit 5",
        f"edgewise filings show {example['newest_input']}",
        "edgewise research ic",
        "edgewise serve",
    ):
        OUT.print(f"  {command}", soft_wrap=True)


def _with_interval(evaluation: FactorEvaluation) -> str:
    interval = evaluation.ic.newey_west
    return f"{evaluation.ic.mean:+.3f} [{interval.low:+.3f}, {interval.high:+.3f}]"
