"""An HTML page in a filer's layout: its paragraphs, headings, lists, page breaks, and its frame.

Everything is ASCII; white space of other kinds stands as entities. Inline XBRL pages are well-formed XML as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from html import escape, unescape
from typing import TYPE_CHECKING, Literal

from edgewise.simulate.documents.vocabulary import split_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from edgewise.simulate.documents.styles import FactorShape, Markup, Shape

NOTICE = "SIMULATED MARKET - NOT A REAL FILING"

Emphasis = Literal["plain", "bold", "italic", "bold_italic", "underlined"]
FACTOR_EMPHASIS: dict[FactorShape, Emphasis] = {
    "own_line": "bold",
    "bold_italic": "bold_italic",
    "underlined": "underlined",
    "run_in": "bold_italic",
    "bulleted": "bold",
}

_FONT = "font-family:'Times New Roman',serif;font-size:10pt"
_NAMESPACES = (
    'xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL" '
    'xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12" '
    'xmlns:ixt-sec="http://www.sec.gov/inlineXBRL/transformation/2015-08-31" '
    'xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:link="http://www.xbrl.org/2003/linkbase" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:iso4217="http://www.xbrl.org/2003/iso4217" '
    'xmlns:dei="http://xbrl.sec.gov/dei/{year}" xmlns:us-gaap="http://fasb.org/us-gaap/{year}"'
)
_INLINE_TAG = re.compile(r"</?ix:[^>]*>")
_TAG = re.compile(r"<[^>]*>")
_TAG_NAME = re.compile(r"</?[a-z]+")
_CELL_END = re.compile(r"</td>\s*(?=<td)", re.IGNORECASE)
_LINE_END = re.compile(r"</(?:tr|p|div|li)>|<br */?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Layout:
    """How one filer's software writes runs of text, blocks and headings; `{}` is what stands in them.

    upper: whether its tags are in capitals, as they were before XHTML.
    row:   a heading that is a table of one row, with `{label}` and `{title}`.
    """

    block: str
    centered: str
    plain: str
    bold: str
    italic: str
    bold_italic: str
    underlined: str
    row: str
    subheading: Emphasis = "bold_italic"
    anchor: str = '<a id="{}"></a>'
    page_end: str = '<hr style="page-break-after:always"/>'
    upper: bool = False
    inline: bool = True

    def marked(self, text: str, emphasis: Emphasis) -> str:
        """Return a run of text; it is escaped."""
        template: str = getattr(self, emphasis)
        return template.format(escape(text, quote=False))

    def text(self, paragraph: str) -> str:
        """Return one paragraph; the text is escaped."""
        return self.block.format(self.marked(paragraph, "plain"))

    def texts(self, paragraphs: Iterable[str]) -> str:
        """Return paragraphs, a line each."""
        return "\n".join(self.text(paragraph) for paragraph in paragraphs)

    def line(self, text: str, emphasis: Emphasis) -> str:
        """Return a line of its own."""
        return self.block.format(self.marked(text, emphasis))

    def middle(self, title: str, emphasis: Emphasis = "bold") -> str:
        """Return a centered line: a part, a group of risk factors, the signatures."""
        return self.centered.format(self.marked(title, emphasis))

    def subhead(self, title: str) -> str:
        """Return a heading of the second order."""
        return self.line(title, self.subheading)

    def run_in(self, lead: str, paragraph: str, emphasis: Emphasis) -> str:
        """Return a paragraph whose first words are its heading."""
        return self.block.format(f"{self.marked(lead, emphasis)} {self.marked(paragraph, 'plain')}")

    def heading(self, shape: Shape, label: str, title: str, *, anchor: str, space: str) -> str:
        """Return the heading of an item, `label` and `title`, with `space` for the blanks of the label."""
        spaced = escape(label, quote=False).replace(" ", space)
        shown = escape(title, quote=False)
        between = space if space != " " else "&#160;&#160;"
        match shape:
            case "row":
                made = self.row.format(label=self.bold.format(spaced), title=self.bold.format(shown))
            case "split":
                made = self.block.format(_split(self, label, space) + self.bold.format(between + shown))
            case "two_lines":
                made = self.centered.format(self.bold.format(spaced)) + self.centered.format(self.bold.format(shown))
            case "plain":
                made = self.block.format(self.plain.format(f"{spaced}{between}{shown}"))
            case _:
                made = self.block.format(self.bold.format(f"{spaced}{between}{shown}"))
        return self.anchor.format(anchor) + made

    def factor(self, shape: FactorShape, heading: str, body: str) -> str:
        """Return a risk factor."""
        emphasis = FACTOR_EMPHASIS[shape]
        if shape == "run_in":
            return self.run_in(heading, body, emphasis)
        if shape == "bulleted":
            lead = self.row.format(label=self.plain.format("&#8226;"), title=self.marked(heading, emphasis))
        else:
            lead = self.line(heading, emphasis)
        return f"{lead}\n{self.text(body)}"

    def bullets(self, lines: Iterable[str]) -> str:
        """Return a list with bullets."""
        dot = self.plain.format("&#8226;&#160;&#160;")
        return "\n".join(self.block.format(dot + self.marked(line, "plain")) for line in lines)

    def rows(self, rows: Iterable[Sequence[str]]) -> str:
        """Return a table of text cells, which are escaped."""
        return self.foreign(table([[escape(cell, quote=False) for cell in row] for row in rows]))

    def linked_rows(self, rows: Iterable[tuple[str, str, str]]) -> str:
        """Return a table of contents: label, title and the anchor that the label leads to."""
        link = '<a href="#{}">{}</a>'
        cells = ((link.format(anchor, escape(label)), escape(title, quote=False)) for label, title, anchor in rows)
        return self.foreign(table(cells))

    def page_break(self, number: str, running: str, *, linked: bool) -> str:
        """Return the end of a page and the top of the next; `number` and `running` may be ''."""
        foot = self.middle(number, "plain") if number else ""
        top = self.line(running, "bold") if running else ""
        if linked and running:
            top = self.block.format(f'<a href="#contents">{self.marked(running, "plain")}</a>')
        return f"{foot}\n{self.page_end}\n{top}"

    def foreign(self, html: str) -> str:
        """Return HTML that was written for an inline XBRL page in the manner of this layout."""
        if self.inline:
            return html
        html = _INLINE_TAG.sub("", html)
        return _TAG_NAME.sub(lambda tag: tag[0].upper(), html) if self.upper else html

    def document(self, title: str, body: str, *, header: str = "", year: int = 0) -> str:
        """Return the whole document; with `header`, the `ix:header`, an inline XBRL page for taxonomies of `year`."""
        if header and self.inline:
            return inline_page(title, header=header, body=body, year=year)
        return plain_page(title, body)


def _split(layout: Layout, label: str, space: str) -> str:
    """Return the label in two runs, the number and what follows it, as editing leaves it behind."""
    number = label.rstrip(".:")
    digits, letter = split_number(number)
    first, second = digits.replace(" ", space), letter + label[len(number) :]
    return layout.bold.format(first) + layout.bold.format(second)


_STYLED_TABLE = (
    f'<table style="width:100%;{_FONT}"><tr><td style="width:12%">{{label}}</td><td>{{title}}</td></tr></table>'
)
_SPAN = f'<span style="{_FONT};{{}}">{{{{}}}}</span>'

LAYOUTS: tuple[Layout, ...] = (
    Layout(
        block='<div style="margin-top:6pt">{}</div>',
        centered='<div style="margin-top:12pt;text-align:center">{}</div>',
        plain=_SPAN.format("font-weight:400"),
        bold=_SPAN.format("font-weight:700"),
        italic=_SPAN.format("font-style:italic"),
        bold_italic=_SPAN.format("font-weight:700;font-style:italic"),
        underlined=_SPAN.format("text-decoration:underline"),
        row=_STYLED_TABLE,
    ),
    Layout(
        block='<p style="font-size:10pt;margin:10pt 0">{}</p>',
        centered='<p style="font-size:10pt;margin:14pt 0;text-align:center">{}</p>',
        plain="{}",
        bold="<b>{}</b>",
        italic="<i>{}</i>",
        bold_italic="<b><i>{}</i></b>",
        underlined="<u>{}</u>",
        row='<table style="width:100%"><tr><td style="width:12%">{label}</td><td>{title}</td></tr></table>',
    ),
    Layout(
        block=f'<p style="{_FONT};text-indent:24pt">{{}}</p>',
        centered=f'<p style="{_FONT};text-align:center">{{}}</p>',
        plain="{}",
        bold="<b>{}</b>",
        italic="<em>{}</em>",
        bold_italic="<b><em>{}</em></b>",
        underlined="<u>{}</u>",
        row=_STYLED_TABLE,
        subheading="underlined",
    ),
)
# The pages of before 2011: attributes instead of styles, tags in capitals, paragraphs left open, nested tables.
FONT_LAYOUT = Layout(
    block='<P ALIGN="JUSTIFY">{}',
    centered='<P ALIGN="CENTER">{}</P>',
    plain='<FONT FACE="Times New Roman" SIZE="2">{}</FONT>',
    bold='<FONT FACE="Times New Roman" SIZE="2"><B>{}</B></FONT>',
    italic='<FONT FACE="Times New Roman" SIZE="2"><I>{}</I></FONT>',
    bold_italic='<FONT FACE="Times New Roman" SIZE="2"><B><I>{}</I></B></FONT>',
    underlined='<FONT FACE="Times New Roman" SIZE="2"><U>{}</U></FONT>',
    row=(
        '<TABLE WIDTH="100%" BORDER="0" CELLSPACING="0" CELLPADDING="0"><TR><TD><TABLE WIDTH="100%"><TR VALIGN="TOP">'
        '<TD WIDTH="12%">{label}</TD><TD>{title}</TD></TR></TABLE></TD></TR></TABLE>'
    ),
    subheading="italic",
    anchor='<A NAME="{}"></A>',
    page_end='<HR SIZE="3" NOSHADE>',
    upper=True,
    inline=False,
)


@cache
def html_layout(layout: int, kind: Markup) -> Layout:
    """Return a company's layout, the one with this index, for what its documents are made of."""
    if kind == "font":
        return FONT_LAYOUT
    return replace(LAYOUTS[layout % len(LAYOUTS)], inline=kind == "inline")


def displayed(html: str) -> str:
    """Return the text that a reader sees of a piece of our own HTML: a line per row and block, tabs between cells."""
    lines = unescape(_TAG.sub("", _LINE_END.sub("\n", _CELL_END.sub("\t", html)))).split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


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
