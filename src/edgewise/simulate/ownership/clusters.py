"""Clusters of insider purchases as latent events: known before there are prices, so that returns can follow them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from edgewise.core import clock
from edgewise.core.table import Instant
from edgewise.simulate.ownership.reports import CLUSTER_BUYERS, clusters_of, insider_reports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from edgewise.simulate.company import Company
    from edgewise.simulate.plan import Plan

NAME = "insider_cluster"


def insider_events(plan: Plan, companies: list[Company]) -> pl.DataFrame:
    """Return the clusters that became public within the plan, by session, then company.

    company:          index of the company.
    tradable_session: first session in which a reader of the third insider's Form 4 could act.
    value:            how many insiders bought in it in all, divided by three: 1 to 5/3.
    name:             "insider_cluster".
    """
    found = [(company.index, *event) for company in companies for event in _events(plan, company, companies)]
    schema = {"company": pl.Int64, "known_at": Instant, "value": pl.Float64}
    frame = pl.DataFrame(found, schema=schema, orient="row")  # type: ignore[arg-type]
    return frame.select(
        "company",
        clock.tradable_sessions(frame["known_at"]).alias("tradable_session"),
        "value",
        pl.lit(NAME).alias("name"),
    ).sort("tradable_session", "company")


def _events(plan: Plan, company: Company, companies: list[Company]) -> Iterator[tuple[datetime, float]]:
    for reports in clusters_of(insider_reports(plan, company, companies)).values():
        third = reports[CLUSTER_BUYERS - 1]
        if third.accepted.date() <= plan.end:
            accepted_at = clock.utc_from_eastern(third.accepted)
            yield (
                clock.published_at(accepted_at, clock.filing_date(accepted_at, third.form)),
                len(reports) / CLUSTER_BUYERS,
            )
