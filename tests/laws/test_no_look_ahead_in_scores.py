"""Law 1 for the score: whatever becomes known later changes no metric, no factor and no score of a session before."""

import random
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from edgewise.core.clock import session_close, sessions, shift_session
from edgewise.core.tables import FILINGS, INSTRUMENTS, PRICES
from edgewise.core.tables_companies import COMPANIES
from edgewise.core.tables_fundamentals import FUNDAMENTALS, RATIOS, SHARE_COUNTS
from edgewise.core.tables_insiders import INSIDER_TRADES
from edgewise.core.tables_market import CORPORATE_ACTIONS, INDICATORS
from edgewise.core.tables_news import NEWS
from edgewise.core.tables_ratings import RATINGS
from edgewise.factors.measure import measured
from edgewise.factors.registry import METRICS_VERSION, SCORED
from edgewise.lake import Lake
from edgewise.lake.leaks import find_leaks
from edgewise.pipelines import peers as of_peers
from edgewise.pipelines.peers import peers_at
from edgewise.pipelines.scores import quotes_of
from edgewise.pipelines.views import known
from edgewise.pipelines.views.known import known_views
from edgewise.score.scores import scores
from edgewise.score.weights import STANDARD
from tests.factors.metrics import METRICS
from tests.opinions.said import rating, story
from tests.ownership.trades import line
from tests.pipelines.views.test_ratios import ALL, fill

DAYS = sessions(date(2024, 2, 1), date(2024, 4, 30))
READ = [FUNDAMENTALS, RATIOS, SHARE_COUNTS, PRICES, CORPORATE_ACTIONS, INSTRUMENTS, INDICATORS, RATINGS, NEWS,
        INSIDER_TRADES, FILINGS, COMPANIES]  # fmt: skip
CUTS = [session_close(day) for day in (date(2024, 2, 16), date(2024, 3, 11), date(2024, 4, 22))]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


CIKS = sorted({cik for _, cik in ALL})
CODES = (3571, 6021, 2834, 4911, 1311)
ASKED = [date(2024, 2, 20), date(2024, 3, 12), date(2024, 4, 23)]
"""Each of them soon after a cut."""


def filed(place, cik):
    """Two filings of every other company, each with another industry code, one of them at noon of the day of a cut."""
    told = ((date(2024, 1, 10), CODES[place % 5]), (date(2024, 3, 11), CODES[(place + 1) % 5]))
    for number, (day, sic) in enumerate(told if place % 2 else ()):
        known = session_close(day) - timedelta(hours=4)
        row = {
            "accession": f"{cik:010d}-24-{900000 + number}",
            "cik": cik,
            "role": "issuer",
            "form": "10-K",
            "sic": sic,
        }
        row |= {"known_at_source": "header", "documents": 1, "source_url": "test", "first_seen_at": known}
        yield row | {"known_at": known}


def asked(place, cik):
    """What EDGAR said of a company: of the others since before the first cut, of all again after each."""
    days = [*([] if place % 2 else [date(2024, 2, 2)]), *ASKED]
    for number, day in enumerate(days):
        said = {"cik": cik, "sic": CODES[(place + 2 * number + 2) % 5], "former_names": [], "source_url": "test"}
        yield said | {"known_at": session_close(day) - timedelta(hours=4)}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Statements and prices of seven companies, and by lot indicators, ratings, stories and insiders' forms of them.

    A third of what is drawn is told again, otherwise, some days later. Some companies' industry is told by a filing,
    that of others by what EDGAR said when it was asked, of some by both, and each time another one.
    """
    lake = fill(Lake(str(tmp_path_factory.mktemp("scores") / "lake")))
    dice = random.Random(11)
    numbers = [column.name for column in INDICATORS.columns if column.dtype == pl.Float64]
    bars, words, told, forms = [], [], [], []
    for name, cik in ALL:
        for day in DAYS:
            known = session_close(day)
            row = {"instrument_id": name, "session": day, "version": "test", "known_at": known}
            bars.append(row | {number: dice.uniform(0.1, 60) for number in numbers})
            if dice.random() < 0.3:
                later = {number: dice.uniform(0.1, 60) for number in numbers}
                bars.append(row | later | {"known_at": known + timedelta(days=dice.randint(1, 20))})
        for number in range(12):
            when = (DAYS[dice.randrange(len(DAYS))]).isoformat()
            said = dice.choice(["Strong Buy", "Buy", "Hold", "Sell"])
            own = {"instrument_id": name, "target": dice.uniform(20, 60), "rating_id": f"{name} {number}"}
            words.append(rating(f"firm {number % 5}", said, when, **own))
            told.append(story(f"{name} {number}", when, dice.uniform(-1, 1), instrument_id=name))
            day = DAYS[dice.randrange(len(DAYS))]
            forms.append(
                line(
                    f"{cik:010d}-24-{number:06d}",
                    issuer_cik=cik,
                    owner_ciks=[100 + number],
                    transaction_date=day,
                    code=dice.choice("PS"),
                    known_at=session_close(shift_session(day, 2)),
                )
            )
    lake.append(FILINGS, FILINGS.frame([filing for place, cik in enumerate(CIKS) for filing in filed(place, cik)]))
    lake.append(COMPANIES, COMPANIES.frame([row for place, cik in enumerate(CIKS) for row in asked(place, cik)]))
    lake.append(INDICATORS, INDICATORS.frame(bars))
    lake.append(RATINGS, RATINGS.frame(words))
    lake.append(NEWS, NEWS.frame(told))
    lake.append(INSIDER_TRADES, INSIDER_TRADES.frame(list({one["accession"]: one for one in forms}.values())))
    return lake


def viewed(lake, days):
    peers = peers_at(lake, days)
    return peers, known_views(lake, peers, tone_version="test")


def metrics_of(peers, views):
    return measured(SCORED, views, peers, quotes_of(views), version=METRICS_VERSION)


def with_scores(metrics):
    made = [
        scores(of_one, SCORED, STANDARD, code_fingerprint="code", computed_at=NOW)
        for of_one in metrics.partition_by("session")
    ]
    return metrics.join(pl.concat(made).drop("known_at", "cik", "sector", "version"), on=["instrument_id", "session"])


def scored(lake, days):
    """Return metrics and scores of some sessions, a row per security and session."""
    return with_scores(metrics_of(*viewed(lake, days)))


def sessions_around(day):
    return [shift_session(day, by) for by in (-15, 0, 5)]


def up_to(rows, day):
    return rows.filter(pl.col("session") <= day)


def test_failure_cases_37_38_39_what_becomes_known_later_changes_no_bit(world):
    """Neither by itself nor through a later session that is scored together with those before."""

    def honest(lake, as_of):
        return up_to(scored(lake, sessions_around(as_of.date())), as_of.date())

    assert find_leaks(honest, world, CUTS, tables=READ) == []


def filled_backwards(lake, days):
    """What is not known of a security is the next session's, or the neighbour's."""
    metrics = metrics_of(*viewed(lake, days)).sort("instrument_id", "session")
    return with_scores(metrics.with_columns(pl.col(METRICS).backward_fill()))


def ranked_in_the_whole_sample(lake, days):
    """A name has its place among all names of all sessions."""
    metrics = metrics_of(*viewed(lake, days)).sort("session", "instrument_id")
    numbered = metrics.with_columns(instrument_id=pl.format("{} {}", "session", "instrument_id"), session=days[0])
    return with_scores(numbered).with_columns(metrics["instrument_id"], metrics["session"])


def among_those_of_the_last_session(lake, days):
    """Only names that the press still writes about at the end are there at all."""
    peers, views = viewed(lake, days)
    lately = pl.col("observed_on") > days[-1] - timedelta(days=10)
    last = views["news"].filter(pl.col("session") == days[-1], lately)
    return with_scores(metrics_of(peers.join(last, on="instrument_id", how="semi"), views))


def at_adjusted_prices(lake, days):
    """Prices are divided by every split that there will be."""
    peers, views = viewed(lake, days)
    splits = lake.history(CORPORATE_ACTIONS).filter(pl.col("kind") == "split").group_by("instrument_id")
    ratio = splits.agg(pl.col("ratio").product())
    prices = views["ratios"].join(ratio, on="instrument_id", how="left", maintain_order="left")
    adjusted = prices.with_columns(pl.col("price") / pl.col("ratio").fill_null(1.0)).drop("ratio")
    return with_scores(metrics_of(peers, views | {"ratios": adjusted}))


@pytest.mark.parametrize(
    ("trap", "column"),
    [
        pytest.param(filled_backwards, "news_tone_7", id="failure_case_37_backward_fill_across_tickers"),
        pytest.param(ranked_in_the_whole_sample, "score", id="failure_case_38_scaling_on_the_whole_sample"),
        pytest.param(among_those_of_the_last_session, "score", id="failure_case_38_members_of_today"),
        pytest.param(at_adjusted_prices, "earnings_yield", id="failure_case_39_prices_adjusted_with_future_splits"),
    ],
)
def test_an_open_trap_is_caught_in_metrics_and_scores(world, trap, column):
    def hasty(lake, as_of):
        rows = up_to(trap(lake, sessions_around(as_of.date())), as_of.date())
        return rows.select("instrument_id", "session", column)

    assert find_leaks(hasty, world, CUTS[1:2], tables=READ)


def test_there_is_something_to_leak(world):
    rows = scored(world, [DAYS[-1]])
    assert rows.filter(pl.col("status") == "rated").height >= 6
    known = [name for name in ("earnings_yield", "rsi_14", "consensus", "news_tone_30", "insider_net_value_90")
             if rows[name].count() >= 5]  # fmt: skip
    assert len(known) == 5


def test_a_score_that_rests_on_the_session_after_is_caught(world):
    def hasty(lake, as_of):
        return scored(lake, [shift_session(as_of.date(), 1)]).drop("session", "known_at")

    assert len(find_leaks(hasty, world, CUTS, tables=READ)) == len(CUTS)


def test_a_single_metric_that_looks_ahead_is_caught_in_its_column(world, monkeypatch):
    """Planted: the view of news answers for the session with what is known a week later."""
    honest = known.news_view

    def early(lake, peers):
        ahead = {day: shift_session(day, 5) for day in peers["session"].unique()}
        later = honest(lake, peers.with_columns(pl.col("session").replace_strict(ahead)))
        back = {after: before for before, after in ahead.items()}
        return later.with_columns(
            pl.col("session").replace_strict(back), observed_on=pl.col("session").replace_strict(back)
        )

    monkeypatch.setattr(known, "news_view", early)
    leaks = find_leaks(lambda lake, as_of: scored(lake, [as_of.date()]), world, CUTS, tables=READ)
    assert leaks
    clean = ("earnings_yield", "rsi_14", "consensus", "insider_net_value_90", "value", "technical")
    for leak in leaks:
        both = leak.with_future.join(leak.without_future, on="instrument_id", suffix=" without")
        assert all(both[name].equals(both[f"{name} without"].alias(name)) for name in clean)
        assert not both["news_tone_30"].equals(both["news_tone_30 without"].alias("news_tone_30"))


def test_an_industry_that_edgar_tells_later_moves_nothing_before_and_shows_from_then_on(world):
    days = [shift_session(day, by) for day in ASKED for by in (-1, 0)]
    sectors = scored(world, days).pivot("session", index="instrument_id", values="sector").drop("instrument_id")
    assert sectors.null_count().sum_horizontal().item() == 0
    for before, after in zip(days[::2], days[1::2], strict=True):
        assert (sectors[str(before)] != sectors[str(after)]).all()


def test_an_industry_that_counts_before_edgar_was_asked_is_caught(world, monkeypatch):
    """Planted: what EDGAR says counts for the week before, too."""
    honest = of_peers.codes_as_of

    def early(frame, filings, companies):
        return honest(frame, filings, companies.with_columns(pl.col("known_at").dt.offset_by("-7d")))

    class Early(Lake):
        def history(self, table, *, as_of=None, **options):
            return super().history(table, as_of=as_of + timedelta(days=7) if table is COMPANIES else as_of, **options)

    monkeypatch.setattr(of_peers, "codes_as_of", early)
    leaks = find_leaks(lambda lake, as_of: scored(Early(lake.url), [as_of.date()]), world, CUTS, tables=READ)
    assert len(leaks) == len(CUTS)
    for leak in leaks:
        both = leak.with_future.join(leak.without_future, on="instrument_id", suffix=" without")
        assert (both["sector"] != both["sector without"]).any()
        assert both["consensus"].equals(both["consensus without"].alias("consensus"))
