"""What firms' words mean on a scale from 1, worst, to 5, best. Declared, not learned; a word that is not here is none.

The words of a firm with three grades stand for 2, 3 and 4, whatever they are: its best is "buy it", not "buy it above
all". Strong Buy and Strong Sell are 5 and 1, as in the stars of CFRA. Where a firm has five grades and calls the outer
ones Buy and Sell, `OF_FIRM` says so; a firm is named there by its `firm_id`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORDS: Mapping[float, tuple[str, ...]] = {
    5.0: ("strong buy", "conviction buy", "top pick", "action list buy", "best idea"),
    4.0: (
        *("buy", "long term buy", "speculative buy", "moderate buy", "outperform", "outperformer", "overweight"),
        *("market outperform", "sector outperform", "industry outperform", "peer outperform", "sector overweight"),
        *("positive", "accumulate", "add", "above average", "attractive", "gradually accumulate", "long"),
    ),
    3.0: (
        *("hold", "neutral", "equal weight", "equalweight", "market perform", "market performer", "sector perform"),
        *("sector performer", "industry perform", "peer perform", "perform", "performer", "in line", "inline"),
        *("market weight", "sector weight", "sector neutral", "fair value", "fairly valued", "mixed", "average"),
        *("market neutral", "cautious hold", "sector market weight"),
    ),
    2.0: (
        *("sell", "moderate sell", "underperform", "underperformer", "underweight", "market underperform"),
        *("sector underperform", "industry underperform", "peer underperform", "sector underweight", "reduce"),
        *("negative", "below average", "trim", "lighten", "cautious", "trading sell"),
    ),
    1.0: ("strong sell", "conviction sell", "avoid"),
}
SCALE: Mapping[str, float] = {word: value for value, words in _WORDS.items() for word in words}
OF_FIRM: Mapping[str, Mapping[str, float]] = {
    "clsa": {"buy": 5.0, "sell": 1.0},
    "daiwa": {"buy": 5.0, "sell": 1.0},
}
UPGRADE, DOWNGRADE, INITIATE, REITERATE, TERMINATE = "upgrade", "downgrade", "initiate", "reiterate", "terminate"
_ACTIONS: Mapping[str, tuple[str, ...]] = {
    UPGRADE: ("upgrades", "upgrade", "upgraded", "up"),
    DOWNGRADE: ("downgrades", "downgrade", "downgraded", "down"),
    INITIATE: (
        *("initiates coverage on", "initiates", "initiate", "initiated", "init", "assumes", "assumes coverage on"),
        *("reinstates", "reinstates coverage on", "resumes", "resumes coverage on", "transfers coverage"),
    ),
    REITERATE: ("maintains", "maintain", "main", "reiterates", "reiterate", "reiterated", "reit", "reaffirms"),
    TERMINATE: (
        *("terminates coverage on", "terminates", "terminate", "drops coverage on", "drops", "suspends"),
        *("suspends coverage on", "discontinues", "discontinues coverage on", "removes"),
    ),
}
ACTIONS: Mapping[str, str] = {word: action for action, words in _ACTIONS.items() for word in words}
# Spellings of one firm, and names it had: the key is what letters and digits remain of a name.
_FIRMS: Mapping[str, tuple[str, ...]] = {
    "argus": ("argusresearch", "arguscapital"),
    "bankofamerica": ("bofasecurities", "bofa", "bankoferica", "bofamerrilllynch", "merrilllynch", "bankofamericabofa"),
    "bgc": ("bgcfinancial",),
    "briley": ("brileysecurities", "brileyfbr"),
    "btig": ("btigresearch",),
    "buckingham": ("buckinghamresearch",),
    "citigroup": ("citi",),
    "consumeredge": ("consumeredgeresearch",),
    "cowen": ("cowenco", "tdcowen", "cowencompany"),
    "daiwa": ("daiwacapital", "daiwasecurities"),
    "evercoreisi": ("evercoreisigroup", "evercore", "evercorepartners"),
    "janney": ("janneycapital", "janneymontgomeryscott"),
    "jpmorgan": ("jpmorganchase",),
    "keybanc": ("keybanccapitalmarkets",),
    "leerink": ("svbleerink", "svbsecurities", "leerinkpartners", "leerinkswann"),
    "monnesscrespihardt": ("monnesscrespihardtco",),
    "nomura": ("nomurainstinet",),
    "nordea": ("nordeaequity",),
    "northland": ("northlandcapitalmarkets", "northlandsecurities"),
    "pipersandler": ("piperjaffray",),
    "redburn": ("redburnpartners", "redburnatlantic", "rothschildcoredburn"),
    "rothcapital": ("rothmkm", "roth"),
    "standpoint": ("standpointresearch",),
    "sterneagee": ("sterneageecrt",),
    "stifel": ("stifelnicolaus",),
    "truist": ("truistsecurities", "suntrustrobinsonhumphrey", "suntrust"),
}
_SPELLINGS = {spelling: firm for firm, spellings in _FIRMS.items() for spelling in spellings}
_BETWEEN = re.compile(r"[\s\-_./]+")
_NO_LETTER = re.compile(r"[^a-z0-9]+")


def firm_id(firm: str) -> str:
    """Return a firm under all its spellings: letters and digits of its name, or what `_FIRMS` calls them.

    >>> firm_id("Piper Jaffray") == firm_id("PiperJaffray") == firm_id("Piper Sandler")
    True
    """
    letters = _NO_LETTER.sub("", firm.casefold())
    return _SPELLINGS.get(letters, letters) or firm.casefold()


def grade_of(word: str, *, firm: str = "") -> float | None:
    """Return what a word means from 1 to 5, None for one that is not declared. firm: its `firm_id`.

    >>> grade_of("Equal-Weight"), grade_of("Buy"), grade_of("Buy", firm="clsa"), grade_of("Moonshot")
    (3.0, 4.0, 5.0, None)
    """
    plain = _plain(word)
    return OF_FIRM.get(firm, {}).get(plain, SCALE.get(plain))


def action_of(word: str) -> str | None:
    """Return what a provider's word says was done, None for one that is not declared.

    >>> action_of("Maintains"), action_of("init")
    ('reiterate', 'initiate')
    """
    return ACTIONS.get(_plain(word))


def _plain(word: str) -> str:
    return _BETWEEN.sub(" ", word.casefold()).strip()
