"""The model registry, in SQL.

What stands in a place is a version's `status`; a unique index lets one version of a name hold each place. `model_moves`
is the history, and a stack can be read off it per place: who comes goes on top, who leaves or is rolled back comes off.
Every change first locks the rows of its name, so that changes of one name follow each other.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from edgewise.adapters.sql.models import model_moves, models
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.model_registry import ALIASES, ModelMove, ModelStatus, RegisteredModel

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Select, Update
    from sqlalchemy.engine import Connection, Row

    from edgewise.adapters.sql.database import Database

_SHADOW, _PRODUCTION, _ARCHIVED = ModelStatus.SHADOW, ModelStatus.PRODUCTION, ModelStatus.ARCHIVED


class SqlModelRegistry:
    """The model registry of one database. Each call is one transaction and returns after it is durable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def register(self, model: RegisteredModel, *, at: datetime, who: str) -> bool:
        """Record a version as a candidate; return whether it was new. The same again changes nothing.

        Raises InvalidInput where this version is registered with other bytes or another kind, for metrics that JSON
        cannot hold, and without a `who`.
        """
        _told(who, "who registers it")
        row = {
            "name": model.name,
            "version": model.version,
            "kind": model.kind,
            "fingerprint": model.fingerprint,
            "files": dict(model.files),
            "metrics": _plain(model),
            "status": ModelStatus.CANDIDATE,
            "registered_at": at,
            "registered_by": who,
        }
        with self._database.write() as connection:
            absent = self._database.insert_absent(models).values(row).returning(models.c.version)
            added = connection.execute(absent).all()
            kept = _model_of(connection.execute(_one(model.name, model.version)).one())
        if (kept.kind, kept.fingerprint, kept.files) != (model.kind, model.fingerprint, dict(model.files)):
            raise InvalidInput(
                f"{model.label} is registered already with {_differences(kept, model)}",
                advice="The bytes of a version never change: give the model a new version.",
                reason="other_bytes",
            )
        return bool(added)

    def models(self, name: str = "") -> list[RegisteredModel]:
        """Return all versions of a name, or of all names, by name and the newest version first."""
        query = select(models).order_by(models.c.name, models.c.version.desc())
        with self._database.read() as connection:
            rows = connection.execute(query.where(models.c.name == name) if name else query)
            return [_model_of(row) for row in rows]

    def model(self, name: str, version: int) -> RegisteredModel | None:
        """Return one version, or None if it is not registered."""
        with self._database.read() as connection:
            row = connection.execute(_one(name, version)).one_or_none()
        return None if row is None else _model_of(row)

    def standing(self, name: str, alias: ModelStatus) -> RegisteredModel | None:
        """Return the version that stands in a place, or None where nobody does."""
        _check_place(alias)
        with self._database.read() as connection:
            row = connection.execute(
                select(models).where(models.c.name == name, models.c.status == alias)
            ).one_or_none()
        return None if row is None else _model_of(row)

    def promote(self, name: str, version: int, to: ModelStatus, *, at: datetime, who: str, why: str) -> bool:
        """Put a version into a place, or away (`archived`); return whether anything moved.

        Who stood there is archived; who comes from another place leaves it.
        Raises NotFound for an unknown version; InvalidInput for a move that leaves production empty, one back to
        `candidate`, and one that does not say who and why.
        """
        _told(who, "who decided")
        _told(why, "why")
        with self._database.write() as connection:
            status = _locked(connection, name)
            if version not in status:
                raise _unknown(name, version, status)
            if status[version] is to:
                return False
            _refuse(name, version, status[version], to)
            _move(connection, status, version, to, _Decision(name, at, who, why))
            return True

    def roll_back(self, name: str, alias: ModelStatus, *, at: datetime, who: str, why: str) -> RegisteredModel:
        """Put back the version that stood in a place before the present one, and return it; again goes further back.

        Raises NotFound where nobody stands there, or nobody stood there before; InvalidInput where it would leave
        production empty, or does not say who and why.
        """
        _check_place(alias)
        _told(who, "who decided")
        _told(why, "why")
        with self._database.write() as connection:
            status = _locked(connection, name)
            version = _before(name, alias, status, _moves(connection, name))
            if alias is not _PRODUCTION:
                _refuse(name, version, status[version], alias)
            _move(connection, status, version, alias, _Decision(name, at, who, why, back=True))
            return _model_of(connection.execute(_one(name, version)).one())

    def moves(self, name: str) -> list[ModelMove]:
        """Return every change of what stands where, the oldest first."""
        with self._database.read() as connection:
            return _moves(connection, name)


@dataclass(frozen=True, slots=True)
class _Decision:
    """What the history keeps beside the versions."""

    name: str
    at: datetime
    who: str
    why: str
    back: bool = False


def _move(
    connection: Connection, status: dict[int, ModelStatus], version: int, to: ModelStatus, said: _Decision
) -> None:
    """Let `version` leave where it stands and come `to`; archive who stood there. The unique indexes set the order."""
    name, left, before = said.name, status[version], None
    if left in ALIASES:
        _write_move(connection, ModelMove(name, left, version, None, said.at, said.who, said.why))
    if to in ALIASES:
        before = next((other for other, where in status.items() if where is to), None)
        if before is not None:
            connection.execute(_set(name, before, _ARCHIVED))
    connection.execute(_set(name, version, to))
    _write_move(connection, ModelMove(name, to, before, version, said.at, said.who, said.why, said.back))


def _before(name: str, alias: ModelStatus, status: dict[int, ModelStatus], moves: Iterable[ModelMove]) -> int:
    """Return the version that stood in the place before the one that stands there. Raises NotFound without either."""
    present = next((version for version, where in status.items() if where is alias), None)
    if present is None:
        raise NotFound(f"no version of {name} stands in {alias}", advice="See edgewise models list.")
    stack: list[int] = []
    for move in moves:
        if move.alias is not alias:
            continue
        if move.new is None or move.back:
            stack.pop()
        elif stack[-1:] != [move.new]:
            stack.append(move.new)
    if len(stack) < 2:  # noqa: PLR2004 - the present one and the one before
        raise NotFound(
            f"before {name}-{present} no version stood in {alias}", advice=f"See edgewise models show {name}."
        )
    return stack[-2]


def _refuse(name: str, version: int, now: ModelStatus, to: ModelStatus) -> None:
    """Raise InvalidInput for a move that may not be."""
    if to is ModelStatus.CANDIDATE:
        raise InvalidInput(f"{name}-{version} cannot become a candidate again", advice="Archive it.")
    if now is _PRODUCTION:
        raise InvalidInput(
            f"without {name}-{version} nothing of {name} would be in production",
            advice="Promote another version first.",
        )


def _locked(connection: Connection, name: str) -> dict[int, ModelStatus]:
    """Return the status of each version of a name and hold their rows until the transaction ends."""
    query = select(models.c.version, models.c.status).where(models.c.name == name).order_by(models.c.version)
    return {row.version: row.status for row in connection.execute(query.with_for_update())}


def _moves(connection: Connection, name: str) -> list[ModelMove]:
    query = select(model_moves).where(model_moves.c.name == name).order_by(model_moves.c.place)
    return [
        ModelMove(row.name, row.alias, row.old, row.new, row.at, row.who, row.why, row.back)
        for row in connection.execute(query)
    ]


def _write_move(connection: Connection, move: ModelMove) -> None:
    connection.execute(insert(model_moves), asdict(move))


def _one(name: str, version: int) -> Select[tuple[object, ...]]:
    return select(models).where(models.c.name == name, models.c.version == version)


def _set(name: str, version: int, status: ModelStatus) -> Update:
    return update(models).where(models.c.name == name, models.c.version == version).values(status=status)


def _model_of(row: Row[tuple[object, ...]]) -> RegisteredModel:
    return RegisteredModel(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def _plain(model: RegisteredModel) -> dict[str, object]:
    """Return the metrics as JSON can hold them; what is not finite cannot be stored by every database."""
    try:
        plain: dict[str, object] = json.loads(json.dumps(dict(model.metrics), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"the metrics of {model.label} are not plain JSON: {error}") from error
    return plain


def _differences(kept: RegisteredModel, given: RegisteredModel) -> str:
    if kept.kind != given.kind:
        return f"kind {kept.kind!r}, not {given.kind!r}"
    names = sorted(
        name for name in kept.files.keys() | given.files.keys() if kept.files.get(name) != given.files.get(name)
    )
    if not names:
        return f"fingerprint {kept.fingerprint}, not {given.fingerprint}"
    return f"another {', '.join(names)} (fingerprint {kept.fingerprint}, not {given.fingerprint})"


def _told(text: str, what: str) -> None:
    if not text.strip():
        raise InvalidInput(f"the registry is not told {what}", advice="Say it in a few words; the history keeps it.")


def _check_place(alias: ModelStatus) -> None:
    if alias not in ALIASES:
        raise InvalidInput(f"{alias} is not a place that holds one version", advice="Those are shadow and production.")


def _unknown(name: str, version: int, status: dict[int, ModelStatus]) -> NotFound:
    known = ", ".join(str(each) for each in sorted(status, reverse=True)[:5])
    if not known:
        return NotFound(f"no model {name!r} is registered", advice="See edgewise models list.")
    return NotFound(f"{name} has no version {version}", advice=f"Registered are {known}.")
