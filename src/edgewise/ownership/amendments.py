"""Which lines of insiders' forms stand, once amendments are known.

A 4/A names the day on which the form it amends was filed, not its number. The page in three steps.
1. An amendment is linked to the forms of the same kind, issuer and one of its owners that were filed that day, and to
   earlier amendments of those; if there are none, to those of the same period.
2. A line of a linked form is replaced where the amendment speaks of it: same table, and two of day, code and number of
   shares agree. What the amendment does not speak of stays: many amendments only add a line that was forgotten.
3. Where it is not sure which, the amendment's lines become `suspect`:
   `amendment_partial`, if it has fewer lines of that day and code than the form, which keeps the others;
   `amendment_differs`, if none of its lines of that day and code has a number, price or balance of the form's;
   `original_unknown`, if it is linked to nothing.
An amendment replaces from its own `known_at` on, so the frame must hold only what was known at the instant asked for.
"""

from __future__ import annotations

import polars as pl

from edgewise.core.clock import NEW_YORK

_LINE = ("accession", "line")
_GROUP = ("kind", "derivative", "transaction_date", "code")
_OF_FORM = ("accession", "issuer_cik", "owner_ciks", "period_end", "filed_date", "original_filed_date", "known_at")
_COMPARED = (*_LINE, *_GROUP, "shares", "price", "owned_after", "security", "nature")


def standing_lines(trades: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `insider_trades` that no later amendment replaces, doubts about amendments added.

    trades: rows known at one instant, each line once, as `lake.read(INSIDER_TRADES, as_of=...)` gives them.
    """
    if not trades["form"].str.ends_with("/A").any():
        return trades
    links = _links(trades)
    pairs = _pairs(trades, links)
    replaced = pairs.filter("replaced").select(accession="original", line="line_of_original").unique()
    standing = trades.join(replaced, on=_LINE, how="anti", maintain_order="left")
    return _marked(standing, _marks(trades, links, pairs, replaced))


def _links(trades: pl.DataFrame) -> pl.DataFrame:
    """Return amendment and original, by accession; one amendment may have several originals, or none."""
    amended = pl.col("form").str.ends_with("/A").alias("amends")
    forms = trades.unique("accession").select(*_OF_FORM, amended, base=pl.col("form").str.strip_suffix("/A"))
    filed = pl.coalesce("filed_date", pl.col("known_at").dt.convert_time_zone(NEW_YORK.key).dt.date())
    forms = forms.with_columns(filed_date=filed)
    both = forms.filter("amends").join(forms, on=["issuer_cik", "base"], suffix="_of")
    at, at_of = pl.col("known_at"), pl.col("known_at_of")
    earlier = (at_of < at) | ((at_of == at) & (pl.col("accession_of") < pl.col("accession")))
    shared = pl.col("owner_ciks").list.set_intersection("owner_ciks_of").list.len() > 0
    both = both.filter(earlier & shared)
    day = pl.col("original_filed_date")
    named = pl.when("amends_of").then(pl.col("original_filed_date_of")).otherwise("filed_date_of") == day
    exact = both.filter(named)
    loose = both.filter(pl.col("period_end") == pl.col("period_end_of")).join(exact, on="accession", how="anti")
    return pl.concat([exact, loose]).select(amendment="accession", original="accession_of")


def _pairs(trades: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Return each line of an amendment beside each line of its originals in the same table, and how they agree."""
    lines = trades.filter(pl.col("kind") != "none").select(
        *_COMPARED, pl.len().over("accession", *_GROUP).alias("lines")
    )
    beside = lines.rename({name: f"{name}_of" for name in lines.columns if name not in {"kind", "derivative"}})
    pairs = (
        links.join(lines, left_on="amendment", right_on="accession")
        .join(beside, left_on=["original", "kind", "derivative"], right_on=["accession_of", "kind", "derivative"])
        .rename({"line_of": "line_of_original"})
    )
    day, code = _same("transaction_date"), pl.col("code").eq_missing(pl.col("code_of"))
    shares = _same("shares")
    alike = (shares | _same("price") | _same("owned_after")).alias("alike")
    grouped = (day & code).alias("grouped")
    whole = pl.col("lines") >= pl.col("lines_of")
    traded = (day & code & (whole | alike)) | (shares & (day | (code & pl.col("code").is_not_null())))
    held = pl.col("security").eq_missing(pl.col("security_of")) & pl.col("nature").eq_missing(pl.col("nature_of"))
    replaced = pl.when(pl.col("kind") == "holding").then(held).otherwise(traded)
    return pairs.with_columns(alike, grouped, replaced=replaced)


def _same(name: str) -> pl.Expr:
    return (pl.col(name) == pl.col(f"{name}_of")).fill_null(value=False)


def _marks(trades: pl.DataFrame, links: pl.DataFrame, pairs: pl.DataFrame, replaced: pl.DataFrame) -> pl.DataFrame:
    """Return accession, line and reason of each doubt about a line of an amendment."""
    grouped = pairs.filter("grouped")
    left = grouped.join(replaced, left_on=["original", "line_of_original"], right_on=["accession", "line"], how="anti")
    partial = left.select(accession="amendment", line="line", reason=pl.lit("amendment_partial"))
    unlike = grouped.group_by("amendment", *_GROUP).agg(pl.col("line").unique(), pl.col("alike").any())
    differs = unlike.filter(~pl.col("alike")).explode("line", empty_as_null=True)
    differs = differs.select(accession="amendment", line="line", reason=pl.lit("amendment_differs"))
    lines = trades.filter(pl.col("form").str.ends_with("/A")).select(*_LINE)
    unknown = lines.join(links, left_on="accession", right_on="amendment", how="anti")
    return pl.concat([partial, differs, unknown.with_columns(reason=pl.lit("original_unknown"))]).unique()


def _marked(trades: pl.DataFrame, marks: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with these doubts among their reasons; a doubted line is `suspect`."""
    doubts = marks.group_by(_LINE).agg(pl.col("reason").sort().alias("doubts"))
    told = pl.concat_list(pl.col("reasons").str.split(",").fill_null(pl.lit([], pl.List(pl.String))), "doubts")
    doubted = pl.col("doubts").is_not_null()
    return (
        trades.join(doubts, on=_LINE, how="left", maintain_order="left")
        .with_columns(
            status=pl.when(doubted & (pl.col("status") == "ok")).then(pl.lit("suspect")).otherwise("status"),
            reasons=pl.when(doubted).then(told.list.unique().list.sort().list.join(",")).otherwise("reasons"),
        )
        .drop("doubts")
    )
