"""Market day: how scores are distributed, what moved, and where each sector stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import polars as pl
from dash import dcc, html

from edgewise.score.rating import RATINGS
from edgewise.serve.dashboard import words
from edgewise.serve.dashboard.parts import (
    FILLED,
    Head,
    Page,
    aria,
    card,
    change,
    nothing,
    rating_chip,
    stock_link,
    table,
    tile,
)

if TYPE_CHECKING:
    from datetime import date

    from dash.development.base_component import Component

    from edgewise.serve.dashboard.data import MarketDay, Readings

BIN = 5
MOVERS = 8


def market_page(readings: Readings) -> Page:
    """Return the page of the newest session. Raises NotFound where nothing is scored."""
    day = readings.market()
    content = [
        html.H1(["Market day ", html.Span(words.day(day.session), className="soft")], tabIndex=-1),
        html.P(f"Scores from 1 (worst) to 100 (best), as known at {words.close_of(day.known_at)}.", className="as-of"),
        _tiles(day),
        card(
            "How scores are distributed",
            _histogram(day.rows),
            key="distribution",
            note=f"Rated securities of {words.day(day.session)}; a column opens its names in the screener.",
        ),
        html.Div(
            [
                _movers(day, "last", "Since the last session", day.last),
                _movers(day, "week", "Since last week", day.week),
            ],
            className="pair",
        ),
        card(
            "Sectors",
            _sectors(day),
            key="sectors",
            note=f"As of {words.day(day.session)}; change of the median since a week before.",
        ),
    ]
    return Page("Market day", html.Div(content, **FILLED))


def bins(rows: pl.DataFrame) -> list[tuple[int, int, int]]:
    """Return (lowest score, highest score, names) of each column of the distribution: 1 to 4, 5 to 9, to 95 to 100.

    Every rating begins with a column.
    """
    last = 100 // BIN - 1
    counted = dict((rows["overall"].drop_nulls() // BIN).clip(upper_bound=last).value_counts().iter_rows())
    return [(max(at * BIN, 1), 100 if at == last else at * BIN + BIN - 1, counted.get(at, 0)) for at in range(last + 1)]


def movers(rows: pl.DataFrame, since: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return who rose and who fell most since the session named, with `by`; who was not rated on both is left out."""
    moved = rows.with_columns(by=pl.col("overall") - pl.col(since)).drop_nulls("by")
    rose = moved.filter(pl.col("by") > 0).sort(["by", "ticker"], descending=[True, False])
    fell = moved.filter(pl.col("by") < 0).sort("by", "ticker")
    return rose.head(MOVERS), fell.head(MOVERS)


def sectors(rows: pl.DataFrame) -> pl.DataFrame:
    """Return a row per sector: names, rated, median score, by (its change on a week before), buys and sells as shares.

    Nulls: median and shares where nobody is rated; by where no name was rated on both sessions.
    """
    overall = pl.col("overall")
    both = overall.is_not_null() & pl.col("week").is_not_null()
    return (
        rows.group_by("sector")
        .agg(
            names=pl.len(),
            rated=overall.count(),
            median=overall.median(),
            by=overall.filter(both).median() - pl.col("week").filter(both).median(),
            buys=(overall >= RATINGS[1][0]).mean(),
            sells=(overall < RATINGS[2][0]).mean(),
        )
        .sort("median", "sector", descending=[True, False], nulls_last=True)
    )


def _tiles(day: MarketDay) -> Component:
    overall = day.rows["overall"]
    rated, names = overall.count(), day.rows.height
    buys, sells = (overall >= RATINGS[1][0]).sum(), (overall < RATINGS[2][0]).sum()
    no_score = day.rows.filter(pl.col("overall").is_null())["reasons"].value_counts(sort=True)
    why = "; ".join(f"{words.why_not_rated(code)}: {count:,}" for code, count in no_score.iter_rows()) or "everybody is"
    return html.Dl(
        [
            tile("Rated", words.number(rated), f"of {words.number(names)} listed"),
            tile("Buy or better", words.number(buys), words.percent(buys / rated if rated else None)),
            tile("Worse than Hold", words.number(sells), words.percent(sells / rated if rated else None)),
            tile("Not rated", words.number(names - rated), why),
        ],
        className="tiles",
    )


def _histogram(rows: pl.DataFrame) -> Component:
    columns = bins(rows)
    most = max(count for *_, count in columns) or 1
    return html.Div(
        [
            html.Ol([_column(*column, most) for column in columns], className="histogram"),
            html.Div(
                [html.Span(text) for text in ("1", "25", "50", "75", "100")],
                className="axis",
                **aria(hidden="true"),
            ),
            html.P([rating_chip(name) for _, name in reversed(RATINGS)], className="key"),
        ]
    )


def _column(lowest: int, highest: int, count: int, most: int) -> Component:
    rating = next(name for least, name in RATINGS if highest >= least)
    label = f"{lowest} to {highest}: {count:,} names"
    kind = rating.lower().replace(" ", "-")
    bar = html.Span(
        html.Span(f"{count:,}" if count else "", **aria(hidden="true")),
        className=f"bar {kind}",
        style={"height": f"{count / most * 100:.2f}%"},
    )
    link = dcc.Link(
        [bar, html.Span(label, className="unseen")],
        href=f"/screener?min={lowest}&max={highest}",
        title=label,
    )
    return html.Li(link)


def _movers(day: MarketDay, since: str, title: str, session: date | None) -> Component:
    if session is None:
        told = nothing("That session is not scored.", "`edgewise scores compute` scores it.")
        return card(title, told, key=f"movers-{since}")
    rose, fell = movers(day.rows, since)
    content: list[Any] = []
    for heading, found in (("Rose most", rose), ("Fell most", fell)):
        content.append(html.H3(heading))
        content.append(_mover_table(f"{heading} {title.lower()}", found) if found.height else nothing("Nobody."))
    return card(
        title, *content, key=f"movers-{since}", note=f"Change of the score since the close of {words.day(session)}."
    )


def _mover_table(caption: str, found: pl.DataFrame) -> Component:
    heads = [Head("Ticker"), Head("Company"), Head("Score", is_number=True), Head("Change", is_number=True)]
    return table(
        caption,
        heads,
        (
            (
                stock_link(row["ticker"]),
                html.Span(row["company"], className="name"),
                words.number(row["overall"]),
                change(row["by"]),
            )
            for row in found.iter_rows(named=True)
        ),
    )


def _sectors(day: MarketDay) -> Component:
    heads = [
        Head("Sector"),
        Head("Rated", is_number=True),
        Head("Median", is_number=True),
        Head("Change", is_number=True),
        Head("Buy or better", is_number=True, narrow=False),
        Head("Worse than Hold", is_number=True, narrow=False),
    ]
    return table("Sectors", heads, (_sector(row) for row in sectors(day.rows).iter_rows(named=True)))


def _sector(row: dict[str, Any]) -> tuple[Any, ...]:
    title = words.sector_of(row["sector"])
    name = dcc.Link(title, href=f"/screener?sector={quote(row['sector'])}") if row["sector"] else title
    return (
        name,
        words.number(row["rated"]),
        words.number(row["median"], 1),
        change(row["by"], 1),
        words.percent(row["buys"]),
        words.percent(row["sells"]),
    )
