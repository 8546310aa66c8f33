"""Vectors of risk factors: made by the embedder behind the port, kept in the lake, and asked who has a risk like this.

Rows are keyed by the reading and by the model, so that vectors that cannot be compared never are. A filing's vectors
are stored together, and what is stored is not made again: the work can be stopped at any instant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.tables import FILINGS, RISK_FACTORS, RISK_VECTORS
from edgewise.text.neighbours import likeness
from edgewise.text.reading import READING_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray

    from edgewise.core.ports import Embedder
    from edgewise.lake import Lake

_REGISTRANTS = ("issuer", "co_registrant")
_PLACE = ["accession", "ordinal"]


@dataclass(frozen=True, slots=True)
class Embedded:
    """What one run made: of how many filings, and how many vectors."""

    filings: int
    vectors: int


def embed_risks(
    lake: Lake,
    embedder: Embedder,
    *,
    batch: int = 16,
    limit: int | None = None,
    on_progress: Callable[[int], None] = lambda _done: None,
) -> Embedded:
    """Make and store the vectors of all risk factors that have none of this model yet, filings in accession order.

    batch: filings stored at once. limit: filings at most. Raises InvalidInput for a batch or limit below 1.
    """
    if batch < 1 or (limit is not None and limit < 1):
        raise InvalidInput(f"batch {batch} and limit {limit}", advice="Give whole numbers from 1.")
    waiting = _without_vectors(lake, embedder.version)[:limit]
    vectors = 0
    for begin in range(0, len(waiting), batch):
        names = waiting[begin : begin + batch]
        where = pl.col("accession").is_in(names) & (pl.col("parser_version") == READING_VERSION)
        factors = lake.read(RISK_FACTORS, where=where).sort(_PLACE)
        lake.upsert(RISK_VECTORS, _rows(factors, embedder))
        vectors += factors.height
        on_progress(len(names))
    return Embedded(len(waiting), vectors)


def risks_like(
    lake: Lake,
    accession: str,
    ordinal: int,
    *,
    model_version: str,
    top: int = 10,
    suspect: bool = False,
    as_of: datetime | None = None,
) -> pl.DataFrame:
    """Return which other companies have a risk like this one: of each the factor most like it, the likest first.

    suspect: also factors that were read with doubts. as_of: what was public then.
    Columns: likeness (cosine, -1 to 1), cik, company, form, filed_date, accession, ordinal, heading, category.
    Raises NotFound where the risk factor or its vector is not stored, InvalidInput for a `top` below 1.
    """
    if top < 1:
        raise InvalidInput(f"the nearest {top} companies", advice="Ask for 1 or more.")
    known = _known_vectors(lake, model_version, as_of)
    own = known.filter((pl.col("accession") == accession) & (pl.col("ordinal") == ordinal))
    if own.is_empty():
        raise NotFound(
            f"risk factor {ordinal} of {accession} has no vector of {model_version}",
            advice="See its numbers: edgewise filings risks. Make the vectors: edgewise filings embed",
        )
    near = known.select(*_PLACE, likeness=likeness(_matrix(known), _matrix(own)[0]))
    registrants = _registrants(lake, as_of)
    same = registrants.filter(pl.col("accession") == accession)["cik"].implode()
    factors = lake.read(RISK_FACTORS, as_of=as_of, where=pl.col("parser_version") == READING_VERSION)
    believed = factors if suspect else factors.filter(pl.col("status") == "ok")
    return (
        near.join(believed.select(*_PLACE, "heading", "category"), on=_PLACE)
        .join(registrants.filter(~pl.col("cik").is_in(same)), on="accession")
        .sort("likeness", "known_at", "accession", "ordinal", descending=[True, True, False, False])
        .unique("cik", keep="first", maintain_order=True)
        .head(top)
        .select("likeness", "cik", "company", "form", "filed_date", *_PLACE, "heading", "category")
    )


def _without_vectors(lake: Lake, model_version: str) -> list[str]:
    """Return the filings with risk factors of the present reading that lack a vector, in order."""
    factors = lake.read(RISK_FACTORS, columns=[*_PLACE, "parser_version"]).filter(
        pl.col("parser_version") == READING_VERSION
    )
    made = lake.read(RISK_VECTORS, columns=[*_PLACE, "parser_version", "model_version"]).filter(
        (pl.col("parser_version") == READING_VERSION) & (pl.col("model_version") == model_version)
    )
    lacking = factors.join(made, on=_PLACE, how="anti")
    return lacking["accession"].unique().sort().to_list()


def _rows(factors: pl.DataFrame, embedder: Embedder) -> pl.DataFrame:
    texts = [f"{heading}\n{body}".strip() for heading, body in factors.select("heading", "body").iter_rows()]
    vectors = pl.Series(embedder.embed(texts), dtype=pl.Array(pl.Float32, embedder.dimensions))
    rows = factors.select(
        *_PLACE,
        "parser_version",
        "known_at",
        model_version=pl.lit(embedder.version),
        vector=vectors.cast(pl.List(pl.Float32)),
    )
    return RISK_VECTORS.check(rows)


def _known_vectors(lake: Lake, model_version: str, as_of: datetime | None) -> pl.DataFrame:
    where = (pl.col("parser_version") == READING_VERSION) & (pl.col("model_version") == model_version)
    return lake.read(RISK_VECTORS, as_of=as_of, where=where).select(*_PLACE, "vector").sort(_PLACE)


def _matrix(rows: pl.DataFrame) -> NDArray[np.float32]:
    """Return the vectors of rows as a matrix."""
    width = int(rows["vector"].list.len()[0])
    matrix: NDArray[np.float32] = rows["vector"].list.to_array(width).to_numpy()
    return matrix


def _registrants(lake: Lake, as_of: datetime | None) -> pl.DataFrame:
    """Return accession, cik, company, form, filed_date, known_at of every registrant of every filing."""
    rows = lake.read(FILINGS, as_of=as_of, where=pl.col("role").is_in(_REGISTRANTS))
    return rows.select("accession", "cik", "company", "form", "filed_date", "known_at")
