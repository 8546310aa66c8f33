"""Filings as filers lay them out: every item with a text of its own, in whatever layout of headings and contents."""

from datetime import date

FILED = date(2024, 3, 1)
ANNUAL = (
    ("I", "1", "Business"),
    ("I", "1A", "Risk Factors"),
    ("I", "1B", "Unresolved Staff Comments"),
    ("I", "1C", "Cybersecurity"),
    ("I", "2", "Properties"),
    ("I", "3", "Legal Proceedings"),
    ("I", "4", "Mine Safety Disclosures"),
    (
        "II",
        "5",
        "Market for Registrant's Common Equity, Related Stockholder Matters and Issuer Purchases of Equity Securities",
    ),
    ("II", "6", "[Reserved]"),
    ("II", "7", "Management's Discussion and Analysis of Financial Condition and Results of Operations"),
    ("II", "7A", "Quantitative and Qualitative Disclosures About Market Risk"),
    ("II", "8", "Financial Statements and Supplementary Data"),
    ("II", "9", "Changes in and Disagreements with Accountants on Accounting and Financial Disclosure"),
    ("II", "9A", "Controls and Procedures"),
    ("II", "9B", "Other Information"),
    ("II", "9C", "Disclosure Regarding Foreign Jurisdictions that Prevent Inspections"),
    ("III", "10", "Directors, Executive Officers and Corporate Governance"),
    ("III", "11", "Executive Compensation"),
    (
        "III",
        "12",
        "Security Ownership of Certain Beneficial Owners and Management and Related Stockholder Matters",
    ),
    ("III", "13", "Certain Relationships and Related Transactions, and Director Independence"),
    ("III", "14", "Principal Accountant Fees and Services"),
    ("IV", "15", "Exhibits and Financial Statement Schedules"),
    ("IV", "16", "Form 10-K Summary"),
)
QUARTERLY = (
    ("I", "1", "Financial Statements"),
    ("I", "2", "Management's Discussion and Analysis of Financial Condition and Results of Operations"),
    ("I", "3", "Quantitative and Qualitative Disclosures About Market Risk"),
    ("I", "4", "Controls and Procedures"),
    ("II", "1", "Legal Proceedings"),
    ("II", "1A", "Risk Factors"),
    ("II", "2", "Unregistered Sales of Equity Securities and Use of Proceeds"),
    ("II", "5", "Other Information"),
    ("II", "6", "Exhibits"),
)
COVER = "<p>ACME NUTS CORPORATION</p><p>Annual report for the fiscal year that ended in December</p>"
SIGNATURES = (
    "<p>SIGNATURES</p><p>Pursuant to the requirements of Section 13 of the Securities Exchange Act of 1934, the "
    "registrant has duly caused this report to be signed.</p>"
)
LENGTHS = {"1": 5_000, "8": 12_000}
_SENTENCE = "{} of Acme grew by {} percent as shops bought more nuts and fewer of them came back broken. "
BOLD = "<p><b>Item {item}. {title}</b></p>"
PART = "<p align=center><b>PART {}</b></p>"


def body(part, item, size=0):
    """Return a text that no other item has, about as long as such items are."""
    size = size or LENGTHS.get(item, 1_800)
    words = f"Chapter {part or 'Z'} {item}".strip()
    return "".join(_SENTENCE.format(words, number) for number in range(2, 3 + size // 90)).strip()


def text_of(part, number, title):
    """Return the text of an item of these reports."""
    return "" if title == "[Reserved]" else body(part, number)


def item(part, number, title, heading=BOLD, text=None):
    """Return one item: its heading and its text, which may be given."""
    said = text_of(part, number, title) if text is None else text
    head = heading.format(item=number, title=title, TITLE=title.upper(), part=part)
    return head + (f"<p>{said}</p>" if said else "")


def report(items=ANNUAL, heading=BOLD, *, contents="", part=PART, before=COVER, texts=None):
    """Return a page with items under headings of parts. texts: instead of the usual ones, by part and item."""
    pieces = [before, contents]
    last = ""
    for name, number, title in items:
        if name != last and part:
            pieces.append(part.format(name))
        last = name
        pieces.append(f'<a name="{name}{number}"></a>')
        pieces.append(item(name, number, title, heading, (texts or {}).get((name, number))))
    return "".join(pieces) + SIGNATURES


def contents_table(row, items=ANNUAL, part="<tr><td>PART {}</td></tr>"):
    """Return a table of contents, a row for each item."""
    rows, last = [], ""
    for page, (name, number, title) in enumerate(items, 3):
        if name != last and part:
            rows.append(part.format(name))
        last = name
        rows.append(row.format(part=name, item=number, title=title, page=page, anchor=f"{name}{number}"))
    return f"<p>TABLE OF CONTENTS</p><table>{''.join(rows)}</table>"


def two_columns(items=ANNUAL):
    """Return a table of contents whose rows hold two items each."""
    half = (len(items) + 1) // 2
    rows = []
    for (_, one, title), other in zip(items[:half], [*items[half:], None], strict=False):
        right = f"<td>Item {other[1]}.</td><td>{other[2]}</td><td>55</td>" if other else ""
        rows.append(f"<tr><td>Item {one}.</td><td>{title}</td><td>5</td>{right}</tr>")
    return f"<p>INDEX</p><table>{''.join(rows)}</table>"


HEADINGS = {
    "bold line": BOLD,
    "cells": "<table><tr><td>Item {item}.</td><td>{title}</td></tr></table>",
    "cells with gaps": "<table><tr><td><b>ITEM {item}.</b></td><td></td><td></td><td><b>{TITLE}</b></td></tr></table>",
    "split runs": "<p><b>It</b><b>em&#160;{item}</b><b>.</b><span> </span><b>{title}</b></p>",
    "title below": "<div>ITEM {item}.</div><div>{TITLE}</div>",
    "title below in bold": "<p><b>Item {item}</b></p><p><b>{title}</b></p>",
    "dash": "<h2>ITEM {item} &#8212; {TITLE}</h2>",
    "colon": "<p><u>Item {item}</u>: {title}</p>",
    "no look": "<p>Item&#160;{item}.&#8195;{title}</p>",
    "no stop": "<p><b>Item {item} {title}</b></p>",
    "number word": "<p><b>Item No. {item} - {title}</b></p>",
    "full width": "<p><b>\uff29\uff34\uff25\uff2d {item}\uff0e {title}</b></p>",
    "part and item": "<p><b>PART {part}, Item {item}. {title}</b></p>",
    "centred": "<p align=center>ITEM {item}</p><p align=center>{TITLE}</p>",
    "line break": "<p><b>Item {item}.<br>{title}</b></p>",
}
CONTENTS = {
    "none": "",
    "pages": contents_table("<tr><td>Item {item}.</td><td>{title}</td><td>{page}</td></tr>"),
    "links": contents_table(
        "<tr><td><a href='#{anchor}'>Item {item}.</a></td><td><a href='#{anchor}'>{title}</a></td></tr>"
    ),
    "links and pages": contents_table(
        "<tr><td>Item {item}.</td><td><a href='#{anchor}'>{title}</a></td><td><a href='#{anchor}'>{page}</a></td></tr>"
    ),
    "bare": contents_table("<tr><td>Item {item}.</td><td>{title}</td></tr>"),
    "dots": contents_table("<tr><td>Item {item}. {title} .......... {page}</td></tr>"),
    "two columns": two_columns(),
    "numbers only": contents_table("<tr><td>{item}.</td><td>{title}</td><td>{page}</td></tr>"),
    "columns": contents_table("<tr><td>{title}</td><td>{part}</td><td>{item}</td><td>{page}</td></tr>", part=""),
}
