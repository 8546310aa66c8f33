"""The taxonomy as `taxonomy.toml` declares it, checked when it is read."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from edgewise.core.errors import Unparsable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OTHER = "other"
_IDENTIFIER = re.compile(r"[a-z][a-z_]*")
_PHRASE = re.compile(r"[a-z0-9]+(?: [a-z0-9]+)*")
_LEAST_EXAMPLES = 3
_FAMILY_TEXTS = ("id", "name", "definition")
_CATEGORY_TEXTS = (*_FAMILY_TEXTS, "include", "exclude")


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of risk.

    examples: headings of our own making that belong to it.
    include, exclude: what also belongs to it, and what does not though it looks like it.
    phrases:  (phrase in lower case, weight > 0), in the order of the file.
    """

    id: str
    family: str
    name: str
    definition: str
    examples: tuple[str, ...]
    include: str
    exclude: str
    phrases: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Family:
    """A group of categories, in the order of the file."""

    id: str
    name: str
    definition: str
    categories: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All families; the version names exactly these categories and phrases."""

    version: str
    families: tuple[Family, ...]

    @property
    def categories(self) -> tuple[Category, ...]:
        """All categories, family by family."""
        return tuple(category for family in self.families for category in family.categories)


@lru_cache(maxsize=1)
def taxonomy() -> Taxonomy:
    """Return the taxonomy that ships with the package."""
    return read_taxonomy(files("edgewise.text.risk_categories").joinpath("taxonomy.toml").read_text(encoding="utf-8"))


def read_taxonomy(text: str) -> Taxonomy:
    """Return the taxonomy a TOML text declares. Raises Unparsable, with all complaints at once."""
    try:
        declared = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Unparsable(f"the taxonomy is not TOML: {error}", advice="Correct that line.") from error
    if complaints := list(_complaints(declared)):
        raise Unparsable("the taxonomy has faults: " + "; ".join(complaints), advice="Correct taxonomy.toml.")
    weights = declared["weights"]
    return Taxonomy(declared["version"], tuple(_family(family, weights) for family in declared["family"]))


def _family(declared: Mapping[str, Any], weights: Mapping[str, float]) -> Family:
    categories = tuple(_category(category, declared["id"], weights) for category in declared["category"])
    return Family(declared["id"], declared["name"], declared["definition"], categories)


def _category(declared: Mapping[str, Any], family: str, weights: Mapping[str, float]) -> Category:
    return Category(
        id=declared["id"],
        family=family,
        name=declared["name"],
        definition=declared["definition"],
        examples=tuple(declared["examples"]),
        include=declared["include"],
        exclude=declared["exclude"],
        phrases=tuple((phrase, float(weight)) for level, weight in weights.items() for phrase in declared[level]),
    )


def _complaints(declared: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the file as a whole, then with each family and category."""
    weights = declared.get("weights")
    if not _is_text(declared.get("version")):
        yield "version is not a text"
    if not isinstance(weights, dict) or not weights or not all(_is_positive(weight) for weight in weights.values()):
        yield "weights are not positive numbers by name"
        return
    families = _tables(declared, "family")
    if not families:
        yield "it has no families"
    for family in families:
        yield from _missing_texts(family, _FAMILY_TEXTS)
        if not _tables(family, "category"):
            yield f"{_called(family)} has no categories"
    categories = [category for family in families for category in _tables(family, "category")]
    for category in categories:
        yield from _category_complaints(category, weights)
    yield from (f"{name!r} names two families" for name in _repeated(_called(family) for family in families))
    yield from (f"{name!r} names two categories" for name in _repeated(_called(category) for category in categories))
    phrases = (phrase for category in categories for level in weights for phrase in _texts(category.get(level)))
    yield from (f"{phrase!r} stands twice" for phrase in _repeated(phrases))


def _category_complaints(category: Mapping[str, Any], weights: Mapping[str, float]) -> Iterator[str]:
    name = _called(category)
    yield from _missing_texts(category, _CATEGORY_TEXTS)
    known = {*_CATEGORY_TEXTS, *weights, "examples"}
    yield from (f"{name} has an unknown entry {entry!r}" for entry in category if entry not in known)
    if len(_texts(category.get("examples"))) < _LEAST_EXAMPLES:
        yield f"{name} has fewer than {_LEAST_EXAMPLES} examples"
    for level in weights:
        phrases = category.get(level)
        if not isinstance(phrases, list) or len(_texts(phrases)) < len(phrases):
            yield f"{name} has no list of phrases {level!r}"
        bad = (phrase for phrase in _texts(phrases) if not _PHRASE.fullmatch(phrase))
        yield from (f"{name}: {phrase!r} is not words in lower case" for phrase in bad)
    if not any(_texts(category.get(level)) for level in weights):
        yield f"{name} has no phrases"


def _missing_texts(declared: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[str]:
    yield from (f"{_called(declared)} has no text {name!r}" for name in names if not _is_text(declared.get(name)))
    if _is_text(declared.get("id")) and (declared["id"] == OTHER or not _IDENTIFIER.fullmatch(declared["id"])):
        yield f"{declared['id']!r} cannot be an id"


def _called(declared: Mapping[str, Any]) -> str:
    return str(declared.get("id", "an entry without id"))


def _tables(declared: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return the tables of that name, none if it names something else."""
    found = declared.get(name)
    return [table for table in found if isinstance(table, dict)] if isinstance(found, list) else []


def _texts(value: object) -> list[str]:
    return [text for text in value if _is_text(text)] if isinstance(value, list) else []


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _repeated(names: Iterator[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
