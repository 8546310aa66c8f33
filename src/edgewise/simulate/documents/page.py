"""One document as HTML: house styles of paragraphs and headings, and the frame of an inline XBRL page.

Three layouts stand for the filing software found in life: nested `div` and `span`, plain `p` and `b`, and headings that
are one-row tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

NOTICE = "SIMULATED MARKET - NOT A REAL FILING"

_FONT = "font-family:'Times New Roman',serif;font-size:10pt"
_NAMESPACES = (
    'xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL" '
    'xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12" '
    'xmlns:ixt-sec="http://www.sec.gov/inlineXBRL/transformation/2015-08-31" '
    'xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:link="http://www.xbrl.org/2003/linkbase" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:iso4217="http://www.xbrl.org/2003/iso4217" '
    'xmlns:dei="http://xbrl.sec.gov/dei/{year}" xmlns:us-gaap="http://fasb.org/us-gaap/{year}"'
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How one filer's software writes paragraphs and headings: `{}` is the text, `{id}` and `{label}` a heading's."""

    paragraph: str
    heading: str
    subheading: str

    def text(self, paragraph: str) -> str:
        """Return one paragraph; the text is escaped."""
        return self.paragraph.format(escape(paragraph, quote=False))

    def texts(self, paragraphs: Iterable[str]) -> str:
        """Return paragraphs, a line each."""
        return "\n".join(self.text(paragraph) for paragraph in paragraphs)

    def head(self, title: str, *, label: str = "", anchor: str = "") -> str:
        """Return a heading: `label` is what stands before the title ("Item 7."), `anchor` its id if not the title."""
        return self.heading.format(escape(title, quote=False), label=label, id=anchor or quote(title))

    def subhead(self, title: str) -> str:
        """Return a heading of the second order."""
        return self.subheading.format(escape(title, quote=False))


LAYOUTS: tuple[Layout, ...] = (
    Layout(
        paragraph=f'<div style="margin-top:6pt"><span style="{_FONT};font-weight:400">{{}}</span></div>',
        heading=f'<div id="{{id}}"><span style="{_FONT};font-weight:700">{{label}} {{}}</span></div>',
        subheading=f'<div><span style="{_FONT};font-weight:700;font-style:italic">{{}}</span></div>',
    ),
    Layout(
        paragraph='<p style="font-size:10pt;margin:10pt 0">{}</p>',
        heading='<p id="{id}" style="font-size:10pt;margin:14pt 0"><b>{label}&#160;&#160;{}</b></p>',
        subheading='<p style="font-size:10pt;margin:10pt 0"><b><i>{}</i></b></p>',
    ),
    Layout(
        paragraph=f'<p style="{_FONT};text-indent:24pt">{{}}</p>',
        heading=(
            f'<table id="{{id}}" style="width:100%;{_FONT}"><tr><td style="width:12%"><b>{{label}}</b></td>'
            "<td><b>{}</b></td></tr></table>"
        ),
        subheading=f'<p style="{_FONT}"><u>{{}}</u></p>',
    ),
)


def plain_page(title: str, body: str) -> str:
    """Return an HTML document without XBRL, as exhibits are; the notice stands first."""
    return f"<html><head><title>{escape(title)}</title></head><body>\n{_notice()}\n{body}\n</body></html>\n"


def inline_page(title: str, *, header: str, body: str, year: int) -> str:
    """Return an inline XBRL document: `header` is the hidden `ix:header`, `year` that of the taxonomies."""
    return (
        "<?xml version='1.0' encoding='ASCII'?>\n"
        f'<html {_NAMESPACES.format(year=year)} xml:lang="en-US"><head><meta http-equiv="Content-Type" '
        f'content="text/html"/>\n<title>{escape(title)}</title></head><body>'
        f'<div style="display:none">{header}</div>\n{_notice()}\n{body}\n</body></html>\n'
    )


def table(rows: Iterable[Iterable[str]]) -> str:
    """Return a table of cells that are HTML already; the first of a row is its label."""
    lines = (
        f"<tr><td>{label}</td>" + "".join(f'<td style="text-align:right">{cell}</td>' for cell in cells) + "</tr>"
        for label, *cells in rows
    )
    return f'<table style="width:100%;{_FONT};border-collapse:collapse">\n' + "\n".join(lines) + "\n</table>"


def long_date(day: date) -> str:
    """Return a date as filings print it: December 31, 2024."""
    return f"{day:%B} {day.day}, {day.year}"


def _notice() -> str:
    return f'<div style="text-align:center"><span style="{_FONT};font-weight:700">{NOTICE}</span></div>'
