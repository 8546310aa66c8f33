"""Vectors of risk factors: made by the embedder behind the port, kept in the lake, and asked who has a risk like this.

Rows are keyed by the reading and by the model, so that vectors that cannot be compared never are. A filing's vectors
are stored together, and what is stored is not made again: the work can be stopped at any instant.

The lake holds every vector there is. An index that lasts holds copies, with what rows are chosen by; `index_risks`
brings it to what the lake holds, from wherever it stands. Without one, an index in memory is filled for the question.
What an index names is looked up in the lake again, as of the same instant: the index finds, the lake tells.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.tables import FILINGS, RISK_FACTORS, RISK_VECTORS
from edgewise.core.vectors import DESCRIBED, EVERYBODY, VectorSpace
from edgewise.text.neighbours import ExactIndex
from edgewise.text.reading import READING_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from edgewise.core.ports import Embedder, VectorIndex
    from edgewise.core.vectors import Among
    from edgewise.lake import Lake

_REGISTRANTS = ("issuer", "co_registrant")
_PLACE = ["accession", "ordinal"]
_STATE = [*_PLACE, "known_at"]
_ROWS_A_COMPANY = 8  # asked of an index at first for each company wanted: most have told of a risk several times


@dataclass(frozen=True, slots=True)
class Embedded:
    """What one run made: of how many filings, and how many vectors."""

    filings: int
    vectors: int


def space_of(embedder: Embedder) -> VectorSpace:
    """Return the space of the vectors that this model makes of the present reading."""
    return VectorSpace(embedder.version, READING_VERSION, embedder.fingerprint, embedder.dimensions)


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
        factors = lake.history(RISK_FACTORS, where=where).sort(_STATE)
        lake.upsert(RISK_VECTORS, _rows(factors, embedder))
        vectors += factors.height
        on_progress(len(names))
    return Embedded(len(waiting), vectors)


def index_risks(
    lake: Lake,
    index: VectorIndex,
    space: VectorSpace,
    *,
    batch: int | None = 10_000,
    on_progress: Callable[[int], None] = lambda _done: None,
) -> int:
    """Bring an index to what the lake holds of a space; return how many rows were new or differed there.

    batch: rows looked at and stored at once, None for all. Stopped at any instant, it goes on where it was.
    Raises InvalidInput where the index was begun by a model of other bytes under this name.
    """
    described = _described(lake, space)
    stored = 0
    for part in described.iter_slices(batch or max(described.height, 1)):
        lacking = index.lacking(space, part)
        if not lacking.is_empty():
            names = lacking["accession"].unique().implode()
            vectors = lake.history(RISK_VECTORS, where=pl.col("accession").is_in(names) & _of(space))
            stored += index.put(space, lacking.join(vectors.select(*_STATE, "vector"), on=_STATE))
        on_progress(part.height)
    return stored


def risks_like(
    lake: Lake,
    accession: str,
    ordinal: int,
    *,
    space: VectorSpace,
    index: VectorIndex | None = None,
    top: int = 10,
    among: Among = EVERYBODY,
) -> pl.DataFrame:
    """Return which other companies have a risk like this one: of each the factor most like it, the likest first.

    index: None fills one in memory from the lake. among: as of when, and which factors; those of the company itself,
    and of who files with it, are left out in any case.
    Columns: likeness (cosine, -1 to 1), cik, company, form, filed_date, accession, ordinal, heading, category.
    Raises NotFound where the risk factor or its vector is not stored, InvalidInput for a `top` below 1 and for a risk
    factor without words.
    """
    if top < 1:
        raise InvalidInput(f"the nearest {top} companies", advice="Ask for 1 or more.")
    wanted = _vector(lake, accession, ordinal, space, among.as_of)
    own = _registrants(lake, [accession], among.as_of)["cik"].to_list()
    among = replace(among, without=(*among.without, *own))
    searched = index or _filled(lake, space)
    rows = _ROWS_A_COMPANY * top
    while True:
        near = searched.nearest(space, wanted, top=rows, among=among)
        told = _told(lake, near, among).unique("cik", keep="first", maintain_order=True)
        if told.height >= top or near.height < rows:
            return told.head(top)
        rows *= 4


def _filled(lake: Lake, space: VectorSpace) -> ExactIndex:
    """Return an index in memory of all that the lake holds of a space."""
    index = ExactIndex()
    index_risks(lake, index, space, batch=None)
    return index


def _vector(
    lake: Lake, accession: str, ordinal: int, space: VectorSpace, as_of: datetime | None
) -> NDArray[np.float32]:
    where = (pl.col("accession") == accession) & (pl.col("ordinal") == ordinal) & _of(space)
    rows = lake.read(RISK_VECTORS, as_of=as_of, where=where)
    if rows.is_empty():
        raise NotFound(
            f"risk factor {ordinal} of {accession} has no vector of {space.model}",
            advice="See its numbers: edgewise filings risks. Make the vectors: edgewise filings embed",
        )
    return np.array(rows["vector"][0], dtype=np.float32)


def _told(lake: Lake, near: pl.DataFrame, among: Among) -> pl.DataFrame:
    """Return neighbours with their headings, one row per registrant but those left out, the likest first."""
    names = near["accession"].unique().to_list()
    where = pl.col("accession").is_in(names) & (pl.col("parser_version") == READING_VERSION)
    factors = lake.read(RISK_FACTORS, as_of=among.as_of, where=where)
    believed = factors if among.suspect else factors.filter(pl.col("status") == "ok")
    registrants = _registrants(lake, names, among.as_of).filter(~pl.col("cik").is_in(among.without))
    if among.forms:
        registrants = registrants.filter(pl.col("form").is_in(among.forms))
    return (
        near.join(believed.select(*_STATE, "heading", "category"), on=_STATE)
        .join(registrants, on="accession")
        .sort("likeness", "known_at", "accession", "ordinal", "cik", descending=[True, True, False, False, False])
        .select("likeness", "cik", "company", "form", "filed_date", *_PLACE, "heading", "category")
    )


def _of(space: VectorSpace) -> pl.Expr:
    """Return whether a row of `risk_vectors` lies in a space."""
    return (pl.col("parser_version") == space.reading) & (pl.col("model_version") == space.model)


def _described(lake: Lake, space: VectorSpace) -> pl.DataFrame:
    """Return what rows of an index are chosen by, of every vector of a space in every state, in order.

    A filing counts as by every registrant and under every form that it is known with at all: an index may name too
    many, and the lake tells who they were at the instant asked for.
    """
    vectors = lake.history(RISK_VECTORS, columns=[*_STATE, "parser_version", "model_version"], where=_of(space))
    factors = lake.history(
        RISK_FACTORS,
        columns=[*_STATE, "parser_version", "item", "status"],
        where=pl.col("parser_version") == space.reading,
    )
    filings = lake.history(
        FILINGS, columns=["accession", "cik", "role", "form"], where=pl.col("role").is_in(_REGISTRANTS)
    )
    by = filings.group_by("accession").agg(ciks=pl.col("cik").unique().sort(), forms=pl.col("form").unique().sort())
    rows = vectors.select(_STATE).join(factors, on=_STATE).join(by, on="accession")
    return rows.with_columns(suspect=pl.col("status") != "ok").sort(_STATE).select(DESCRIBED)


def _without_vectors(lake: Lake, model_version: str) -> list[str]:
    """Return the filings with risk factors of the present reading that lack a vector in some state, in order."""
    factors = lake.history(RISK_FACTORS, columns=[*_STATE, "parser_version"]).filter(
        pl.col("parser_version") == READING_VERSION
    )
    made = lake.history(RISK_VECTORS, columns=[*_STATE, "parser_version", "model_version"]).filter(
        (pl.col("parser_version") == READING_VERSION) & (pl.col("model_version") == model_version)
    )
    lacking = factors.join(made, on=_STATE, how="anti")
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


def _registrants(lake: Lake, accessions: Sequence[str], as_of: datetime | None) -> pl.DataFrame:
    """Return accession, cik, company, form, filed_date of every registrant of these filings."""
    where = pl.col("accession").is_in(accessions) & pl.col("role").is_in(_REGISTRANTS)
    rows = lake.read(FILINGS, as_of=as_of, where=where)
    return rows.select("accession", "cik", "company", "form", "filed_date")
