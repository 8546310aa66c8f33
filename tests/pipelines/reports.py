"""Reports made for a test: every item of a form under its heading, risk factors under theirs."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from edgewise.text.forms.declared import form_for

if TYPE_CHECKING:
    from collections.abc import Mapping

SAID = "The company makes bolts of every size in three plants and sells them to dealers who know their customers. "
RISKS = {
    "We depend on a few suppliers of steel.": "Two mills deliver most of the steel that we use. If either mill "
    "stopped its deliveries, we could not make bolts for weeks and would lose customers to our competitors.",
    "Our plants stand on a flood plain.": "A flood could close all of our plants at the same time for many months. Our "
    "insurance pays for buildings and machines only, and not for the business that we would lose in that time.",
    "Hackers may enter our systems.": "We keep orders and payments of thousands of dealers in computer systems. An "
    "intruder could read them or make them useless, and we might learn of it only long afterwards.",
    "Key people may leave us.": "Few engineers know how our largest machines are run and repaired. Competitors try to "
    "hire them, and it takes years to train those who would have to take their places.",
}


def report(
    risks: Mapping[str, str] = RISKS, *, form: str = "10-K", filed: date = date(2025, 3, 4), **texts: str
) -> bytes:
    """Return a report whose risk factors are these; `texts` says what stands in an item, as Item7="..."."""
    declared = form_for(form, filed)
    assert declared is not None
    parts: list[str] = []
    part = ""
    for kind in declared.expected(filed):
        if kind.part != part:
            part = kind.part
            parts.append(f'<p style="text-align:center"><b>PART {part}</b></p>')
        parts.append(f"<p><b>Item {kind.item}. {kind.title}</b></p>")
        if kind.risk_factors and f"Item{kind.item}" not in texts:
            parts += [f"<p><b><i>{heading}</i></b></p><p>{body}</p>" for heading, body in risks.items()]
        else:
            usual = SAID * (2 + kind.typical[0] // len(SAID))
            parts.append(f"<p>{texts.get(f'Item{kind.item}', usual)}</p>")
    parts.append("<p><b>SIGNATURES</b></p><p>Pursuant to the requirements of the Securities Exchange Act of 1934.</p>")
    return ("<html><body>" + "\n".join(parts) + "</body></html>").encode()
