"""Which securities a filing speaks about: those of the registrants it was filed for."""

from __future__ import annotations

import polars as pl

# An owner's or a filer's own submission says nothing about its own shares, and an agent only carried the envelope.
ISSUER_ROLES = ("issuer", "co_registrant")


def issuer_filings(filings: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of FILINGS whose registrant is an issuer of shares, with its `instrument_id`.

    The security is the issuer's first share class, as `InstrumentId.mint` names it; other classes of the same issuer
    and reorganised CIKs need the identity graph, which is not built yet.
    """
    first_class = pl.format("{}-01", pl.col("cik").cast(pl.String).str.zfill(10))
    return filings.filter(pl.col("role").is_in(ISSUER_ROLES)).with_columns(instrument_id=first_class)


def first_known(registrations: pl.DataFrame) -> pl.DataFrame:
    """Return one row per (accession, cik), the first that was known, of `issuer_filings`.

    What was published once was acted on then: a later version, or a second role, makes a filing no younger.
    """
    return registrations.sort("known_at", "role").unique(("accession", "cik"), keep="first", maintain_order=True)
