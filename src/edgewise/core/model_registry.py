"""Words about registered models: what one is, where it stands, and how one is named.

A model is a *name* ("tone-fast") and a *version* (1, 2, ...); what scored is written "tone-fast-2". Its bytes never
change: other bytes are another version. Where it stands does change:

candidate    registered, used by nobody
shadow       runs beside production and is looked at; at most one version of a name
production   used by all who ask for the name; at most one version of a name
archived     stood in shadow or production before, or was put away; can be brought back
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from edgewise.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

_NAME = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FINGERPRINT = re.compile(r"[0-9a-f]{12}")
_LONGEST_NAME = 64
_LONGEST_FILE_NAME = 100
_HIGHEST_VERSION = 2**31 - 1


class ModelStatus(StrEnum):
    """Where a version of a model stands."""

    CANDIDATE = "candidate"
    SHADOW = "shadow"
    PRODUCTION = "production"
    ARCHIVED = "archived"


# The places by which a model can be asked for; each holds at most one version of a name.
ALIASES = (ModelStatus.SHADOW, ModelStatus.PRODUCTION)


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """One version of a model, and where its bytes are.

    kind:        what it is for, as 'tone'; free for each room to choose.
    fingerprint: see `fingerprint_of`.
    files:       SHA-256 of each file in the document store, by file name; what describes the model is among them.
    metrics:     what was measured when it was made; anything JSON can hold.
    registered_by: who registered it; None before it is.

    Raises InvalidInput for a name, version, fingerprint or file that cannot be one, with every complaint.
    """

    name: str
    version: int
    kind: str
    fingerprint: str
    files: Mapping[str, str]
    metrics: Mapping[str, object] = field(default_factory=dict)
    status: ModelStatus = ModelStatus.CANDIDATE
    registered_at: datetime | None = None
    registered_by: str | None = None

    def __post_init__(self) -> None:
        complaints = [
            *(_name_complaints("name", self.name)),
            *(_name_complaints("kind", self.kind)),
            *([] if _is_version(self.version) else [f"version {self.version!r} is not a whole number from 1"]),
            *(
                []
                if _FINGERPRINT.fullmatch(self.fingerprint)
                else [f"fingerprint {self.fingerprint!r} is not 12 hex digits"]
            ),
            *([] if self.files else ["it has no files"]),
            *(f"{name!r} is not a plain file name" for name in self.files if not is_file_name(name)),
            *(f"{name} has no SHA-256" for name, sha256 in self.files.items() if not _SHA256.fullmatch(sha256)),
        ]
        if complaints:
            raise InvalidInput(f"this cannot be a registered model: {'; '.join(complaints)}")

    @property
    def label(self) -> str:
        """Name and version as score rows carry them, for example 'tone-fast-2'."""
        return f"{self.name}-{self.version}"


@dataclass(frozen=True, slots=True)
class ModelMove:
    """One change of what stands in a place of a name. The history of moves is never rewritten.

    alias:   the place: shadow or production; archived for a version that was put away.
    old, new: versions that stood there before and after; None for nobody.
    back:    whether it undid the move before.
    """

    name: str
    alias: ModelStatus
    old: int | None
    new: int | None
    at: datetime
    who: str
    why: str
    back: bool = False


@dataclass(frozen=True, slots=True)
class ModelReference:
    """A model as a person names it: `tone-fast@2` by version, `tone-fast@shadow` by place."""

    name: str
    version: int | None = None
    alias: ModelStatus | None = None

    def __str__(self) -> str:
        return f"{self.name}@{self.version if self.alias is None else self.alias.value}"


def parse_reference(text: str) -> ModelReference:
    """Return the model that `NAME`, `NAME@VERSION` or `NAME@production` names; a bare name means production.

    Raises InvalidInput for anything else.
    """
    name, at, place = text.partition("@")
    if _name_complaints("name", name) or (at and not place):
        raise InvalidInput(f"{text!r} names no model", advice=_HOW_TO_NAME)
    if not at:
        return ModelReference(name, alias=ModelStatus.PRODUCTION)
    if place in ALIASES:
        return ModelReference(name, alias=ModelStatus(place))
    if place.isascii() and place.isdecimal() and _is_version(int(place)):
        return ModelReference(name, version=int(place))
    raise InvalidInput(f"{text!r} names no version and no place", advice=_HOW_TO_NAME)


_HOW_TO_NAME = "Write NAME@VERSION, as tone-fast@2, or NAME@production or NAME@shadow."


def fingerprint_of(digests: Iterable[str]) -> str:
    """Return the fingerprint of a model: the first 12 hex digits of the SHA-256 of its files' digests.

    digests: SHA-256 of each file that the model computes with, in hex; sorted here, then joined.
    """
    return hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()[:12]


def is_file_name(name: str) -> bool:
    """Return whether `name` can be a file of a model: letters, digits, '.', '-' and '_'; no folder, no dot in front."""
    return _FILE.fullmatch(name) is not None and len(name) <= _LONGEST_FILE_NAME


def _name_complaints(what: str, text: str) -> list[str]:
    if _NAME.fullmatch(text) and len(text) <= _LONGEST_NAME:
        return []
    return [f"{what} {text!r} is not lower-case letters, digits, '-' and '_'"]


def _is_version(version: object) -> bool:
    return isinstance(version, int) and not isinstance(version, bool) and 1 <= version <= _HIGHEST_VERSION
