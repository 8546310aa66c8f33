"""All news of a market on disk, and the truth about it; one company's stories are in memory at a time."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.table import Instant
from edgewise.simulate.news.formats import story_items
from edgewise.simulate.news.prose import story_words
from edgewise.simulate.news.stories import company_stories, idle_stories
from edgewise.simulate.tables import GrowingTable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from polars._typing import PolarsDataType

    from edgewise.simulate.company import Company
    from edgewise.simulate.news.formats import Item
    from edgewise.simulate.news.stories import Story
    from edgewise.simulate.plan import Plan
    from edgewise.simulate.provider_days import DayFiles
    from edgewise.simulate.schedule import Filing

# One row per item of a provider. cik: of the company it is really about; ciks: of all that it names, joined by blanks.
# dated_at: what the provider prints; known_at: when it could be had; corrected_at: null if it never changed; all UTC.
# source: accession of the filing that it follows; latent_tone: null for stories without news.
TRUTH: dict[str, PolarsDataType] = {
    "provider": pl.String,
    "id": pl.String,
    "story": pl.Int64,
    "kind": pl.String,
    "cik": pl.Int64,
    "ciks": pl.String,
    "dated_at": Instant,
    "known_at": Instant,
    "corrected_at": Instant,
    "source": pl.String,
    "latent_tone": pl.Float64,
    "duplicate_of": pl.String,
}


def write_news(
    truth: Path, days: DayFiles, plan: Plan, companies: list[Company], by_company: Mapping[int, list[Filing]]
) -> None:
    """Hand every state of every printing to `days`, and write `news.parquet` into the folder `truth`.

    by_company: each company's own filings in order of acceptance, by its index.
    """
    table = GrowingTable(truth / "news.parquet", TRUTH)
    following = chain.from_iterable(
        company_stories(plan, company, by_company.get(company.index, [])) for company in companies
    )
    for story in chain(following, idle_stories(plan, companies)):
        for item in story_items(plan, story, story_words(plan, story), companies):
            for known_at, state in item.states:
                days.add(item.place, item.day, known_at, state)
            table.add([_row(story, item)])
    table.close()


def _row(story: Story, item: Item) -> tuple[object, ...]:
    ciks = [int(one.cik) for one in story.about]
    instants = [known_at for known_at, _ in item.states]
    return (
        *(item.provider.value, item.number, story.number, story.kind.value),
        *(ciks[0] if ciks and story.tone is not None else None, " ".join(map(str, ciks))),
        *(item.dated_at, instants[0], instants[1] if len(instants) > 1 else None),
        *(story.source or None, story.tone, item.duplicate_of),
    )
