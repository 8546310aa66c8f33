"""What the outside world does wrong: resets, cuts, garbage, bombs, blocks, storms, and documents that come late."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from edgewise.simulate.load import BUSIEST
from edgewise.simulate.server import Faults, Rules
from faults.scenario import Trial, scenario
from faults.streams import codes_of, finish, live, wait_for_codes, wait_for_rest
from faults.world import ENTRY, EVENING, Home

DOCUMENTS = "/Archives/edgar/data/"
MORNING = datetime(BUSIEST.year, BUSIEST.month, BUSIEST.day, 9, 50, tzinfo=UTC)
_PLANTED = (sys.executable, str(ENTRY))


@dataclass(frozen=True, slots=True)
class Storm:
    """A fault of the server in one part of its answers until it was noticed, and the codes it is noticed by."""

    spec: str
    codes: tuple[str, ...]
    only: str = DOCUMENTS
    for_good: bool = False
    least_s: float = 0.0


UNANSWERED = ("service_unavailable",)


def _weather(trial: Trial, *storms: Storm) -> None:
    """Let each storm strike a watch of its own, and end when a user was told of it; then all must come home."""
    for storm in storms[:1] if trial.quick else storms:
        with trial.world.serve(speed=1.0) as served:
            served.strike(replace(Faults.parsed(storm.spec, only=storm.only), hold_s=40.0))
            home = trial.world.home(trial.folder.name, edgar=served.url)
            with live(home, "--workers", "1"):
                wait_for_codes(home, *storm.codes, least_s=storm.least_s)
                if storm.for_good:
                    wait_for_rest(trial, home, failed=True)
                served.strike(Faults())
                _note(trial, home, storm)
                if storm.for_good:
                    done = home.apart("retry").run("filings", "retry", "--all")
                    trial.expect(done.status == 0, f"retry after {storm.spec}: {done.status} {done.err[-300:]}")
                trial.details[f"home after {storm.spec}, s"] = round(wait_for_rest(trial, home), 1)
            finish(trial, home, storm.spec)


def _note(trial: Trial, home: Home, storm: Storm) -> None:
    met = codes_of(home)
    trial.seen.update(met)
    trial.expect(
        any(met[code] for code in storm.codes), f"{storm.spec}: nobody was told {storm.codes}, but {dict(met)}"
    )


@scenario(
    fault="connections reset, before an answer and within it",
    cause="`reset=1`, `reset-late=1` for every document until the watch tells of it",
    sees="`service_unavailable` in the log, the filing deferred with 1, 2, 4, ... s",
    survives="everything; nothing to do",
)
def resets(trial: Trial) -> None:
    """Reset connections."""
    _weather(trial, Storm("reset=1", UNANSWERED), Storm("reset-late=1", UNANSWERED))


@scenario(
    fault="half-open connections: nothing is ever answered",
    cause="`half-open=0.5,reset=0.5` for every document until the watch tells of it",
    sees="`service_unavailable` after the timeout of 30 s and its retries",
    survives="everything; nothing to do",
    long=True,
)
def half_open(trial: Trial) -> None:
    """Answer nothing."""
    _weather(trial, Storm("half-open=0.5,reset=0.5", UNANSWERED))


@scenario(
    fault="bodies cut short",
    cause="`truncated=1`, `chunked-cut=1` (fewer bytes than promised), then `shortened=1` (half a body, honestly)",
    sees="`service_unavailable`, deferred; half a document: `truncated` or `unparsable`, failed for good",
    survives="everything; what failed for good after `filings retry --all`",
)
def cut_bodies(trial: Trial) -> None:
    """Cut bodies."""
    _weather(
        trial,
        Storm("truncated=1", UNANSWERED),
        Storm("chunked-cut=1", UNANSWERED),
        Storm("shortened=1", ("truncated", "unparsable"), for_good=True),
    )


@scenario(
    fault="garbage where JSON, XML, an index or a filing should be",
    cause="`garbage=1` on every document, and on feed and index",
    sees="`unparsable` or `truncated`: the filing failed for good, or the source's trouble in the log",
    survives="everything after `filings retry --all`; feed and index are asked again by themselves",
)
def garbage(trial: Trial) -> None:
    """Serve garbage."""
    _weather(
        trial,
        Storm("garbage=1", ("unparsable", "truncated"), for_good=True),
        Storm("garbage=1", ("unparsable", "truncated"), only="browse-edgar"),
        Storm("garbage=1", ("unparsable",), only="daily-index"),
    )


@scenario(
    fault="a gzip bomb",
    cause="`gzip-bomb=1`: a megabyte that unfolds to a gigabyte, for every document",
    sees="`too_large`: failed for good, memory bounded",
    survives="everything after `filings retry --all`",
)
def gzip_bomb(trial: Trial) -> None:
    """Serve bombs."""
    _weather(trial, Storm("gzip-bomb=1", ("too_large",), for_good=True))


@scenario(
    fault="storms of 503 and 500",
    cause="`503=1`, `500=1`, `503-retry-after=1` on everything for some seconds",
    sees="`service_unavailable` or `throttled` in the log with the wait",
    survives="everything; nothing to do",
)
def storms(trial: Trial) -> None:
    """Refuse service."""
    _weather(
        trial,
        Storm("503=1", UNANSWERED, only="", least_s=5.0),
        Storm("500=1", UNANSWERED, only="", least_s=5.0),
        Storm("503-retry-after=1", ("throttled",), least_s=5.0),
    )


@scenario(
    fault="403: the SEC blocks us",
    cause="the block page with status 403 and with 200 for some seconds; the client's ten minutes scaled to 3 s",
    sees="`throttled` in the log; no filing is blamed, no request is sent meanwhile",
    survives="everything; nothing to do",
)
def blocked(trial: Trial) -> None:
    """Block, with scaled patience."""
    for spec in ("blocked=1",) if trial.quick else ("blocked=1", "blocked-200=1"):
        _block(trial, spec, patience_s=3.0, lasts_s=6.0)


@scenario(
    fault="403 for ten real minutes",
    cause="the block page with status 403 for everything for 600 s, the client as it is",
    sees="`throttled` in the log once; at most a handful of requests in the ten minutes",
    survives="everything; nothing to do",
    long=True,
)
def blocked_ten_minutes(trial: Trial) -> None:
    """Block for as long as the SEC does."""
    if not trial.quick:
        _block(trial, "blocked=1", patience_s=600.0, lasts_s=595.0)
    else:
        trial.skip("ten real minutes; run without --quick")


def _block(trial: Trial, spec: str, *, patience_s: float, lasts_s: float) -> None:
    with trial.world.serve(speed=1.0) as served:
        served.strike(Faults.parsed(spec, only=DOCUMENTS))
        home = trial.world.home("blocked", edgar=served.url)
        with live(home, program=_PLANTED, PLANT=f"patience:{patience_s}"):
            wait_for_codes(home, "throttled", within_s=60)
            asked = len(_asked(served))
            trial.pause(lasts_s)
            while_blocked = len(_asked(served)) - asked
            served.strike(Faults())
            trial.details[f"documents asked for during {spec}"] = while_blocked
            # Four threads may be under way when the block is noticed; each retry after the patience asks four more.
            trial.expect(while_blocked <= 8 * (1 + lasts_s / patience_s), f"{while_blocked} requests into a block")
            wait_for_rest(trial, home)
        finish(trial, home, spec)
        trial.expect_seen("throttled")
        trial.expect(not [row for row in home.state().ledger.values() if row[1]], "a block was blamed on a filing")


def _asked(served: object) -> list[object]:
    return [line for line in served.log.since(0) if DOCUMENTS in line.url]  # type: ignore[attr-defined]


@scenario(
    fault="feed pages overlap and reorder; documents come after their entry",
    cause="a whole day watched at 600-fold speed, entries within 60 s change places, documents 1 to 4 s late",
    sees="`not_yet_available`, deferred; now and then `gap found` when the index is out",
    survives="everything; nothing to do",
)
def live_day(trial: Trial) -> None:
    """Watch a whole day live."""
    rules = Rules(document_delay_s=(1.0, 4.0), real_seconds=True, rate_per_s=0, shuffle_s=60)
    with trial.world.serve(rules=rules, speed=600.0, start=MORNING) as served:
        home = trial.world.home("live-day", edgar=served.url)
        with live(home):
            while served.clock.now() < EVENING:
                trial.pause(0.5)
            served.clock.set(now=EVENING, speed=1.0)
            trial.details["home after the day's end, s"] = round(wait_for_rest(trial, home), 1)
        finish(trial, home, "the live day")
        trial.expect_seen("not_yet_available")
