"""`edgewise filings embed` and `filings risks --like`: which other companies have a risk like this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from edgewise.app.console import OUT, Json, house_for, print_json, print_rows, progress

if TYPE_CHECKING:
    from edgewise.app.house import House
    from edgewise.core.identifiers import Accession
    from edgewise.core.vectors import Among

_COLUMNS = ("likeness", "company", "form", "filed_date", "accession", "ordinal", "heading", "category")


def embed(
    *,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many filings.")] = None,
    json: Json = False,
) -> None:
    """Make the vectors of risk factors that have none yet, by the packaged encoder or that of EDGEWISE_EMBEDDER.

    Where EDGEWISE_VECTORS names an index, whatever it lacks of the lake's vectors is copied there.
    """
    from edgewise.pipelines.risk_vectors import embed_risks, index_risks, space_of  # noqa: PLC0415 - a quick help page

    with house_for("filings embed") as (house, counts):
        index = house.vector_index  # before the work: one that is out of reach is told at once
        with progress("making vectors", limit) as done:
            made = embed_risks(house.lake, house.embedder, limit=limit, on_progress=done)
        counts |= {"filings": made.filings, "vectors": made.vectors}
        if index is not None:
            with progress("filling the index", None) as done:
                counts["indexed"] = index_risks(house.lake, index, space_of(house.embedder), on_progress=done)
        if json:
            print_json(counts)
        else:
            OUT.print(f"{made.vectors} vectors of {made.filings} filings made by {house.embedder.version}")
            if index is not None:
                OUT.print(f"{counts['indexed']} rows of the index are new or changed")


def show_like(house: House, accession: Accession, ordinal: int, *, limit: int, among: Among, json: bool) -> None:
    """Print which other companies have a risk like this one. Raises NotFound where its vector is not stored."""
    from edgewise.pipelines.risk_vectors import risks_like, space_of  # noqa: PLC0415 - keeps the help page quick

    found = risks_like(
        house.lake,
        str(accession),
        ordinal,
        space=space_of(house.embedder),
        index=house.vector_index,
        top=limit,
        among=among,
    ).to_dicts()
    if json:
        print_json({"accession": accession, "ordinal": ordinal, "model_version": house.embedder.version, "like": found})
        return
    title = f"Risks like {ordinal} of {accession}"
    print_rows(title, found, columns=_COLUMNS, empty="No other company's risk factors have vectors.")
