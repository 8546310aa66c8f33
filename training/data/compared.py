"""Sentences that set a measure's figure beside an earlier one, made by rule: the two figures decide the label.

"EBIT came to 14 million against 9 million" holds no word of direction, and "the pretax loss shrank" holds two that
a network takes for bad; hand-written sentences hold too few of them. A figure alone is neutral.

A template's slots are filled by `_Slots`: figures, a word drawn from `_WORDS`, or one of `_BETTER` or `_WORSE`,
whichever the label asks for.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

from training.data.labelled import NEGATIVE, NEUTRAL, POSITIVE, labelled

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

SOURCE = "written-compared"
SENTENCES = 3_000
SEED = 20261122

_WORDS = {
    "profit": "operating profit|pretax profit|profit before taxes|net profit|profit for the period|operating income|"
    "net income|EBIT|EBITDA|adjusted EBITDA|operating profit excluding one-off items|result before taxes",
    "sales": "net sales|turnover|revenue|order intake|net interest income|total sales|service revenue|retail sales",
    "measure": "{profit}|{profit}|{profit}|{sales}|{sales}|order book|order backlog|cash flow from operations",
    "loss": "net loss|operating loss|pretax loss|loss for the period|loss before taxes",
    "rate": "operating margin|return on investment|return on equity|gross margin|EBIT margin|equity ratio|"
    "profitability (EBIT %)|market share|occupancy rate|return on capital employed",
    "share_measure": "earnings per share|EPS|diluted EPS|earnings per share (EPS)",
    "share_loss": "loss per share|diluted loss per share",
    "things": "passengers|vehicles delivered|units shipped|handsets sold|subscribers|homes handed over|new customers",
    "company": "{first}{trade_name}{form}",
    "first": "Norrvik|Tammela|Karhula|Aldermoor|Brenning|Castellan|Drevik|Estuary|Fennholm|Gratia|Halvor|Ilmari|"
    "Jurmala|Kestrel|Lindora|Mantova|Novarail|Ostrava|Pellervo|Quillon|Rautio|Stellan|Trelleby|Umbra|Vasara|Westbrook|"
    "Yttrium|Zenholt|Anjali|Shirakawa",
    "trade_name": "|| Steel| Pharma| Foods| Telecom| Shipping| Software| Paper| Energy| Retail| Bank",
    "form": "|| Oyj| AB| plc| Inc.| Ltd| AG| ASA| Corporation| Group| A/S| Corp.",
    "trade": "steel maker|forestry company|software house|airline|packaging group|medical devices firm|retailer|"
    "construction group|machinery maker|textiles company|food producer|mining company",
    "land": "Finnish|Swedish|Estonian|British|German|Indian|Japanese|US|Danish|Polish",
    "said": "said on Tuesday|said today|reported|announced|posted in its interim report|disclosed",
    "was": "was|amounted to|totalled|came to|came in at|stood at|reached|totaled|ended up at",
    "against": "compared to|compared with|versus|against|as opposed to|vs",
    "period": "|in the {nth} quarter of {year}|in the {nth} quarter|for the {nth} quarter of {year}|in {year}|"
    "in January-{month} {year}|in the first half of {year}|for the first nine months of {year}|"
    "for the financial year {year}|in the twelve-month period|in the period under review|"
    "in the three months to end-{month}",
    "opening": "in the {nth} quarter of {year}|in the {nth} quarter|in {year}|for the first nine months of {year}|"
    "last year",
    "before": "|a year earlier|in the corresponding period of {last}|in {last}|in the same period last year|"
    "in the year-earlier quarter|a year ago|the year before|in the comparison period|in the prior year",
    "nth": "first|second|third|fourth",
    "month": "March|June|September|December",
    "who": "{opening}, the company's|the group's|{company} said its|{land} {trade} {company} said today its",
    "town": "Turku|Leeds|Pune|Gdansk|Malmo|Osaka|Tartu|Bremen|Aarhus|Ohio",
    "item": "order|contract|deal|transaction|purchase price|investment|delivery|agreement",
    "worth": "is valued at|was worth|is worth some|amounts to about|totals|was valued at over",
    "tail": "|, the company said| over three years|, excluding VAT|, said {company}",
    "index": "OMX Helsinki 25|WIG20|DAX|Nikkei 225|FTSE 100|OMX Tallinn|BSE Sensex|S&P 500",
    "traded": "closed|ended the session|opened|traded",
    "way": "up|down|higher|lower",
    "other_moved": "rose|grew|increased|fell|declined|decreased",
    "by": "|by {percent}",
    "percent": "{growth:.0f}%|{growth:.1f} %|{growth:.0f} pct",
    "%": " %|%| pct| per cent",
}
_BETTER = {
    "moved": "rose|grew|climbed|increased|improved|went up|jumped|edged up|advanced",
    "loss_moved": "narrowed|shrank|was cut|decreased|fell|eased|was reduced|narrowed",
    "after": "profit",
    "prior": "loss",
    "minus_now": "",
    "minus_then": "-",
    "negative_now": "",
    "negative_then": "a negative ",
}
_WORSE = {
    "moved": "fell|declined|decreased|dropped|slipped|went down|shrank|slid|contracted",
    "loss_moved": "widened|deepened|grew|increased|swelled|rose|ballooned|widened",
    "after": "loss",
    "prior": "profit",
    "minus_now": "-",
    "minus_then": "",
    "negative_now": "a negative ",
    "negative_then": "",
}
# `now` is the greater one if better; so a loss of `then` after a loss of `now` has the same label.
_TONED = (
    "{measure} {was} {now} {period}, {against} {then} {before}.",
    "{measure} {was} {now} {period}, {against} {then} {before}.",
    "{opening}, {measure} {was} {now}, {against} {then} {before}.",
    "{measure} {period} {was} {now} ({bare_then}).",
    "{loss} {was} {then} {period}, {against} a loss of {now} {before}.",
    "{company} {said} that its {measure} {moved} {by} to {now} from {then} {period}.",
    "{company} {said} that its {measure} {moved} {by} to {now} {period}.",
    "{measure} {moved} to {now} from {then}, while {sales} {other_moved} {percent}.",
    "{company}'s {sales} {other_moved} {percent} {period}, but {profit} {moved} to {now} from {then}.",
    "{who} {loss} {loss_moved} to {then} from {now} {before}.",
    "{who} {loss} {loss_moved} to {then} {period} from {now} {before}.",
    "{company} swung to a net {after} of {now} {period} from a {prior} of {then} {before}.",
    "{company} turned an operating {prior} of {then} into a {after} of {now} {period}.",
    "{opening}, the pretax {after} was {now}, {against} a {prior} of {then} {before}.",
    "{land} {trade} {company} made a net {after} of {now} {period} against a {prior} of {then} {before}.",
    "operating result {was} {minus_now}{now} {period} {against} {minus_then}{then} {before}.",
    "cash flow from operations was {negative_now}{now} {period}, {against} {negative_then}{then} {before}.",
    "{share_measure} {was} {share_now} {period}, {against} {share_then} {before}.",
    "the {share_loss} {loss_moved} to {share_then} from {share_now}.",
    "{rate} was {rate_now:.1f}{%} {period}, {against} {rate_then:.1f}{%} {before}.",
    "{company}'s {rate} {moved} to {rate_now:.1f}{%} from {rate_then:.1f}{%} {before}.",
    "{rate} stood at {rate_now:.1f}{%} ({rate_then:.1f}{%}).",
    "the number of {things} {moved} to {count_now:,.0f} {period} from {count_then:,.0f} {before}.",
    "{company} had {count_now:,.0f} {things} {period}, {against} {count_then:,.0f} {before}.",
)
_ALONE = (
    "{sales} {was} {now} {period}.",
    "{opening}, {sales} {was} {nine_times} and {profit} {now}.",
    "{opening}, {sales} {was} {nine_times} and the {loss} {now}.",
    "{company} is a {trade} with a turnover of {nine_times} {period}.",
    "{company} will publish {profit} for the {nth} quarter in {month}; a year before that it {was} {now}.",
    "of the group's {sales} of {nine_times}, {now} came from its unit in {town}.",
    "the {item} {worth} {now}{tail}.",
    "the {item} {worth} {now}{tail}.",
    "the {index} index {traded} {growth:.2f} pct {way} at {count_now:,.2f} points.",
    "{measure} {was} {now} {period}, unchanged from a year earlier.",
    "{company}'s {measure} was flat at {now} {period}.",
)
_MONEY = ("{code} {n} million", "{code} {n} mn", "{code}{n}m", "{sign}{n} million", "{n} mln {code}", "{code} {whole}")
_CODES = ("EUR", "USD", "GBP", "SEK", "EEK", "Rs", "NOK")
_SIGNS = ("$", "\N{POUND SIGN}", "\N{EURO SIGN}")
_LONGEST = 60  # words
_SMALL = 5  # millions


class _Slots(dict[str, object]):
    """What fills the slots of one template: figures are there, a word is drawn when first asked for."""

    def __init__(self, chance: random.Random, *, better: bool) -> None:
        super().__init__(_figures(chance, better=better))
        self._chance = chance
        self._words = _WORDS | (_BETTER if better else _WORSE)

    def __missing__(self, slot: str) -> str:
        drawn = self._chance.choice(self._words[slot].split("|")).format_map(self)
        # At its next place a slot may hold another word, but no other company and no other way to write per cent.
        if slot in {"%", "company", "percent"}:
            self[slot] = drawn
        return drawn


def compared(sentences: int = SENTENCES, seed: int = SEED) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return at most so many sentences, a third of each label, and how many they are; a seed gives always the same.

    Rows of `LABELLED`; each sentence is a group of its own.
    """
    chance = random.Random(seed)  # noqa: S311 - sentences, no secrets
    rows: dict[str, tuple[str, int, str, str, float]] = {}
    for number in range(sentences):
        label = (NEGATIVE, NEUTRAL, POSITIVE)[number % 3]
        template = chance.choice(_ALONE if label == NEUTRAL else _TONED)
        sentence = _tidy(template.format_map(_Slots(chance, better=label == POSITIVE)))
        if len(sentence.split()) <= _LONGEST:
            rows.setdefault(sentence, (sentence, label, SOURCE, f"compared:{number}", 1.0))
    return labelled(rows.values()), {"made": len(rows)}


def _figures(chance: random.Random, *, better: bool) -> dict[str, object]:
    """Return the figures of a sentence; those of `now` are the greater ones if better."""
    low = chance.choice((0.4, 1, 3, 8, 20, 60, 150, 700)) * chance.uniform(1, 3)
    growth = chance.choice((0.04, 0.07, 0.1, 0.2, 0.4, 1, 3)) * chance.uniform(1, 1.5)
    now, then = _ordered(low, low * (1 + growth), better=better)
    # A loss of 0.40 against 0.42: as many digits as show it.
    money, year = _currency(chance, digits=2 if low < _SMALL else chance.randint(1, 2)), chance.randint(2004, 2026)
    rate, share, crowd = chance.uniform(2, 40), chance.uniform(0.2, 1.4), chance.choice((30, 400, 9_000))
    rate_now, rate_then = _ordered(rate, rate + 10 * growth, better=better)
    share_now, share_then = _ordered(share, share * (1.1 + growth), better=better)
    unit = chance.choice(("EUR {:.2f}", "${:.2f}", "{:.2f} eur", "EUR{:.2f}", "{:.2f} pence"))
    return {
        "now": money(now),
        "then": money(then),
        "bare_then": re.sub(r"^[^\d]+|[^\d]+$", "", money(then)),
        "nine_times": money(now * 9),
        "growth": 100 * growth / (1 if better else 1 + growth),
        "rate_now": rate_now,
        "rate_then": rate_then,
        "share_now": unit.format(share_now),
        "share_then": unit.format(share_then),
        "count_now": now * crowd + 10,
        "count_then": then * crowd + 10,
        "year": year,
        "last": year - 1,
    }


def _ordered(low: float, high: float, *, better: bool) -> tuple[float, float]:
    return (high, low) if better else (low, high)


def _currency(chance: random.Random, *, digits: int) -> Callable[[float], str]:
    """Return one way to write an amount of millions, kept through the sentence."""
    form, code, sign = chance.choice(_MONEY), chance.choice(_CODES), chance.choice(_SIGNS)

    def money(amount: float) -> str:
        return form.format(code=code, sign=sign, n=f"{amount:,.{digits}f}", whole=f"{round(amount * 1e6, -4):,.0f}")

    return money


def _tidy(sentence: str) -> str:
    """Return the sentence without the traces of empty slots, and with a capital."""
    closed = re.sub(r"\s+([,.;])", r"\1", re.sub(r"\s+", " ", sentence)).strip()
    return closed[:1].upper() + closed[1:]
