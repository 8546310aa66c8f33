"""Forms as data: the items a form has on a filing date, in the form's order, with their titles and usual lengths.

All dates are filing dates. Companies follow a rule early or late by months, so three intervals lie inside each other:

    possible  since .. until                    it can stand in a filing: the closed vocabulary
    expected  since .. expected_until           a reader looks for it, and says so where it is absent
    required  required_since .. required_until  the form demands its number and caption

An item whose title or meaning changed has one declaration per era, and those never overlap. An unusual item (of
asset-backed issuers, of a renumbering that lasted months) is possible but never expected. A date left out is open.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from itertools import combinations
from typing import TYPE_CHECKING, Any

from edgewise.core.errors import Unparsable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemKind:
    """One item of a form in one era.

    part, item:         "II", "7A"; part is "" where the form has none.
    titles:             wordings in real use, the form's own of this era first.
    aliases:            other labels of the same item: "9A(T)".
    typical:            characters, heading included, between which about 98 of 100 items with a text of their own lie.
    required:           within its dates the form demands it even where there is nothing to say.
    by_reference_usual: most filings point to another document or item.
    body_usual:         false where the bare heading is the whole item: "[Reserved]".
    unusual:            possible, never expected.
    risk_factors:       it is where the form wants risk factors, and little else.
    """

    part: str
    item: str
    titles: tuple[str, ...]
    typical: tuple[int, int]
    aliases: tuple[str, ...] = ()
    since: date = date.min
    until: date = date.max
    expected_until: date = date.max
    required_since: date = date.min
    required_until: date = date.max
    required: bool = True
    by_reference_usual: bool = False
    body_usual: bool = True
    unusual: bool = False
    risk_factors: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Part and item: what tells items of one filing apart."""
        return self.part, self.item

    @property
    def title(self) -> str:
        """The form's own title in this era."""
        return self.titles[0]

    def possible_on(self, filed: date) -> bool:
        """Return whether it can stand in a filing of that date."""
        return self.since <= filed <= self.until

    def expected_on(self, filed: date) -> bool:
        """Return whether a reader of a filing of that date looks for it."""
        return not self.unusual and self.possible_on(filed) and filed <= self.expected_until

    def required_on(self, filed: date) -> bool:
        """Return whether the form demands its caption in every filing of that date."""
        return self.required and self.expected_on(filed) and self.required_since <= filed <= self.required_until

    def is_typical(self, chars: int) -> bool:
        """Return whether an item with a text of its own is often that long."""
        low, high = self.typical
        return low <= chars <= high


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form: "II" and the wordings of its heading behind the number, if it has any."""

    id: str
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form, in the order of the form.

    name:       what kind of report, the name of its file: "annual_report".
    forms:      EDGAR's names of it: "10-K", "10-K405".
    ends:       headings that end the last item: "SIGNATURES".
    unnumbered: headings in real use that stand between items and are none, such as executive officers.
    period:     what it reports on: "year", "quarter", or "" for an event.
    amended:    it was asked for as an amendment, which may hold any of the items.
    """

    name: str
    forms: tuple[str, ...]
    parts: tuple[Part, ...]
    items: tuple[ItemKind, ...]
    ends: tuple[str, ...]
    unnumbered: tuple[str, ...] = ()
    period: str = ""
    since: date = date.min
    until: date = date.max
    amended: bool = False

    def possible(self, filed: date) -> tuple[ItemKind, ...]:
        """Return the items that can stand in a filing of that date: no other label is an item."""
        return tuple(kind for kind in self.items if kind.possible_on(filed))

    def expected(self, filed: date) -> tuple[ItemKind, ...]:
        """Return the items that a reader of a filing of that date looks for."""
        return tuple(kind for kind in self.items if kind.expected_on(filed))

    def required(self, filed: date) -> tuple[ItemKind, ...]:
        """Return the items whose absence from a filing of that date is odd; none of an amendment."""
        return () if self.amended else tuple(kind for kind in self.items if kind.required_on(filed))

    def labels(self, filed: date) -> dict[str, tuple[ItemKind, ...]]:
        """Return, for a filing of that date, the items each label can mean; labels are upper case without spaces."""
        found: dict[str, tuple[ItemKind, ...]] = {}
        for kind in self.possible(filed):
            for label in (kind.item, *kind.aliases):
                found[_label(label)] = (*found.get(_label(label), ()), kind)
        return found


def form_for(form: str, filed: date) -> Form | None:
    """Return the declaration of an EDGAR form name as of a filing date; None for a form that is not declared then.

    form: as EDGAR prints it, such as "10-K405/A". The declaration of an amendment is the same, marked `amended`.
    """
    eras = declared().get(form.strip().upper(), ())
    return next((era for era in eras if era.since <= filed <= era.until), None)


@lru_cache(maxsize=1)
def declared() -> Mapping[str, tuple[Form, ...]]:
    """Return every declared form and its amendment by EDGAR's name, eras in order.

    Raises Unparsable, if a declaration is malformed.
    """
    folder = files("edgewise.text.forms")
    names = sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))
    forms = [read_form(name, folder.joinpath(f"{name}.toml").read_text(encoding="utf-8")) for name in names]
    named = by_name(forms)
    amended = {f"{name}/A": tuple(replace(era, amended=True) for era in eras) for name, eras in named.items()}
    return named | amended


def by_name(forms: Iterable[Form]) -> dict[str, tuple[Form, ...]]:
    """Return forms by EDGAR's names. Raises Unparsable where one name means two forms on one date."""
    found: dict[str, tuple[Form, ...]] = {}
    for form in sorted(forms, key=lambda form: form.since):
        for name in form.forms:
            for other in found.get(name, ()):
                if form.since <= other.until:
                    raise _malformed(form.name, [f"form {name!r} is declared in {other.name}.toml for the same dates"])
            found[name] = (*found.get(name, ()), form)
    return found


def read_form(name: str, text: str) -> Form:
    """Return the form that a TOML text declares. Raises Unparsable with every complaint about it.

    name: of the file without ".toml"; it stands in the complaints.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise _malformed(name, [f"no TOML: {problem}"]) from problem
    complaints: list[str] = []
    values = _checked(raw, _FORM, "the form", complaints)
    parts: list[Part] = []
    items: list[ItemKind] = []
    for raw_part in values.pop("part", []):
        part = _checked(raw_part, _PART, f"part {raw_part.get('id', '?')!r}", complaints)
        raw_items = part.pop("item", [])
        parts.append(Part(**({"id": "?"} | part)))
        kinds = (_item(parts[-1].id, raw_item, complaints) for raw_item in raw_items)
        items += [kind for kind in kinds if kind is not None]
    complaints += _contradictions(items)
    if complaints:
        raise _malformed(name, complaints)
    return Form(name=name, parts=tuple(parts), items=tuple(items), **values)


def _item(part: str, raw: Mapping[str, Any], complaints: list[str]) -> ItemKind | None:
    """Return one item's declaration; None, and complaints, if it cannot be one."""
    where = f"item {part} {raw.get('id', '?')}".replace("  ", " ")
    before = len(complaints)
    values = _checked(raw, _ITEM, where, complaints)
    if len(complaints) > before:
        return None
    kind = ItemKind(part=part, item=values.pop("id"), **values)
    complaints += [f"{where}: {what}" for what in _disordered(kind)]
    return kind


def _disordered(kind: ItemKind) -> Iterator[str]:
    """Yield what is wrong with the dates of an item."""
    if kind.since > kind.until:
        yield f"since {kind.since} is after until {kind.until}"
    for name in ("expected_until", "required_since", "required_until"):
        day = getattr(kind, name)
        if day not in {date.min, date.max} and not kind.possible_on(day):
            yield f"{name} {day} is outside since and until"
    if kind.required_since > kind.required_until:
        yield f"required_since {kind.required_since} is after required_until {kind.required_until}"


def _contradictions(items: Iterable[ItemKind]) -> Iterator[str]:
    """Yield each label that means two items of one part on one date."""
    for one, other in combinations(items, 2):
        both = {_label(name) for name in (one.item, *one.aliases)} & {_label(n) for n in (other.item, *other.aliases)}
        if both and one.part == other.part and one.since <= other.until and other.since <= one.until:
            yield f"item {one.part} {min(both)} is declared twice for {max(one.since, other.since)}"


def _checked(
    raw: Mapping[str, Any], readers: Mapping[str, Callable[[object], Any]], where: str, complaints: list[str]
) -> dict[str, Any]:
    """Return the values of a table in our types; what is unknown, missing or wrong becomes a complaint."""
    complaints += [f"{where}: unknown key {key!r}" for key in raw if key not in readers]
    complaints += [f"{where}: {key!r} is missing" for key in readers if key in _NEEDED and key not in raw]
    values = {}
    for key, value in ((key, raw[key]) for key in readers if key in raw):
        try:
            values[key] = readers[key](value)
        except _Wrong as problem:
            complaints.append(f"{where}: {key!r} {problem}")
    return values


class _Wrong(Exception):
    """A value of a declaration is not what its key needs."""


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(text, str) and text.strip() for text in value):
        raise _Wrong("is not a list of texts with at least one in it, none empty")
    return tuple(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _Wrong("is not a text")
    return value


def _period(value: object) -> str:
    if value not in {"year", "quarter"}:
        raise _Wrong('is neither "year" nor "quarter"')
    return str(value)


def _day(value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _Wrong("is not a date like 2004-08-23, without quotes")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Wrong("is neither true nor false")
    return value


def _band(value: object) -> tuple[int, int]:
    match value:
        case [int(low), int(high)] if 0 < low <= high:
            return low, high
    raise _Wrong("is not [low, high] in characters with 0 < low <= high")


def _tables(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not value or not all(isinstance(table, dict) for table in value):
        raise _Wrong("is not a list of tables with at least one in it")
    return value


_ITEM: dict[str, Callable[[object], Any]] = {
    "id": _text,
    "titles": _texts,
    "typical": _band,
    "aliases": _texts,
    "since": _day,
    "until": _day,
    "expected_until": _day,
    "required_since": _day,
    "required_until": _day,
    "required": _flag,
    "by_reference_usual": _flag,
    "body_usual": _flag,
    "unusual": _flag,
    "risk_factors": _flag,
}
_PART: dict[str, Callable[[object], Any]] = {"id": _text, "headings": _texts, "item": _tables}
_FORM: dict[str, Callable[[object], Any]] = {
    "forms": _texts,
    "ends": _texts,
    "unnumbered": _texts,
    "period": _period,
    "since": _day,
    "until": _day,
    "part": _tables,
}
_NEEDED = {"id", "titles", "typical", "item", "forms", "ends", "part"}


def _label(text: str) -> str:
    """Return a label as it is compared: upper case, without white space."""
    return "".join(text.split()).upper()


def _malformed(name: str, complaints: Iterable[str]) -> Unparsable:
    return Unparsable(
        f"{name}.toml declares no form: {'; '.join(complaints)}", advice="Correct the file in edgewise/text/forms."
    )
