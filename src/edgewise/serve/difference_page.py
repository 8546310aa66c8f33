"""What changed between two filings as a page for a browser: one file, nothing fetched, no scripts."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING

from edgewise.text.difference import shortened, to_html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgewise.pipelines.filing_difference import FactorDifference, FilingDifference

CHANGES = ("new", "reworded", "dropped", "kept")
_SIMILARITIES = ("cosine", "jaccard", "minimum_edit", "simple")
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --new: #2a7d3f; --old: #b3382c; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid var(--line); }
td.n, th.n { text-align: right; } td:first-child { white-space: nowrap; }
section { border-left: 4px solid var(--line); padding: .1rem 1rem; margin: 1.2rem 0; }
section.new { border-color: var(--new); } section.dropped { border-color: var(--old); }
section h3 { margin: .3rem 0; font-size: 1rem; }
.told { opacity: .7; font-size: .85rem; margin: 0; }
ins { background: #2a7d3f33; text-decoration: none; } del { background: #b3382c33; }
summary { cursor: pointer; opacity: .8; }
"""


def difference_page(found: FilingDifference) -> str:
    """Return the page: both filings, the similarities of each item, and every risk factor with its words.

    Whatever the filings hold is shown as text; none of their markup survives.
    """
    title = f"{found.new['company'] or ''} {found.new['form']} {found.new['accession']}".strip()
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{escape(title)}</h1>",
            *_heads(found),
            "<h2>Items</h2>",
            *_items(found),
            "<h2>Risk factors</h2>",
            *_factors(found),
            "</body></html>\n",
        ]
    )


def _heads(found: FilingDifference) -> Iterator[str]:
    for word, head in (("Filed", found.new), ("Against", found.old)):
        filed = head["filed_date"] or head["known_at"].date()
        period = f" for the period to {head['period_end']}" if head["period_end"] else ""
        known = f"known at {head['known_at']:%Y-%m-%d %H:%M} UTC"
        yield f"<p>{word} {filed}{period}: {escape(head['accession'])}, {known}</p>"


def _items(found: FilingDifference) -> Iterator[str]:
    heads = "".join(f'<th class="n">{name.replace("_", " ")}</th>' for name in (*_SIMILARITIES, "words then", "now"))
    yield f"<table><tr><th>item</th><th>title</th>{heads}<th></th></tr>"
    for row in found.items:
        if row["cosine"] is None and row["status"] == "absent":
            continue
        numbers = [f"{row[name]:.3f}" if row[name] is not None else "" for name in _SIMILARITIES]
        numbers += [f"{row[name]:,}" if row[name] is not None else "" for name in ("old_words", "new_words")]
        cells = "".join(f'<td class="n">{number}</td>' for number in numbers)
        label = f"{row['part']} {row['item']}".strip()
        told = f"suspect: {row['reasons']}" if row["status"] == "suspect" else ""
        yield f"<tr><td>{escape(label)}</td><td>{escape(row['title'])}</td>{cells}<td>{escape(told)}</td></tr>"
    yield "</table>"
    for why, items in found.left_out.items():
        yield f"<p>Not compared: {escape(', '.join(items))}: {escape(why)}.</p>"


def _factors(found: FilingDifference) -> Iterator[str]:
    if found.doubts:
        yield f"<p>{escape(found.doubts)}</p>"
        return
    counts = Counter(factor.row["change"] for factor in found.factors)
    moved = sum(bool(factor.row["moved"]) for factor in found.factors)
    yield f"<p>{', '.join([*(f'{counts[change]} {change}' for change in CHANGES), f'{moved} moved'])}.</p>"
    for factor in found.factors:
        yield from _factor(factor)


def _factor(factor: FactorDifference) -> Iterator[str]:
    row = factor.row
    place = f"{row['ordinal'] or row['old_ordinal']}"
    was = f", was {row['old_ordinal']}" if row["ordinal"] and row["old_ordinal"] not in {0, row["ordinal"]} else ""
    told = [f"{row['change']} {place}{was}", row["category"], f"+{row['words_added']} -{row['words_removed']} words"]
    told += ["moved"] if row["moved"] else []
    yield f'<section class="{row["change"]}"><p class="told">{escape(" · ".join(told))}</p>'
    yield f"<h3>{to_html(factor.heading)}</h3>"
    if row["change"] == "reworded":
        yield f"<p>{to_html(shortened(factor.text))}</p>"
    yield f"<details><summary>whole text</summary><p>{to_html(factor.text)}</p></details></section>"
