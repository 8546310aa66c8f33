"""The index of vectors, in PostgreSQL by pgvector.

Two ways lead to the nearest:
1. *Exactly*, where the question names an instant: every row is looked at. A graph that later rows have joined may find
   others than the graph of then, so an answer about the past must not rest on one.
2. *By the graph* (HNSW) for what is known last. Each space has a graph of its own, of the rows that stand. It goes on
   past rows that the question leaves out (pgvector's iterative scan) until it has enough of them, or has looked at
   20,000. An answer that is short for all that is asked again the first way: what is not named is not there.

Of a risk factor known in several states each row ends where the next begins: `known_until`, null for the one that
stands. Writers of one space follow each other by locking its row.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC
from typing import TYPE_CHECKING

import polars as pl
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from edgewise.adapters.sql.revisions import VECTORS
from edgewise.core.errors import NotConfigured, NotFound
from edgewise.core.vectors import DESCRIBED, NEIGHBOURS, Among, check_question, check_same_space, checked_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray
    from sqlalchemy.engine import Connection

    from edgewise.adapters.sql.database import Database
    from edgewise.core.vectors import VectorSpace

_OLDEST = (0, 8)  # of pgvector: the first that goes on past rows that are left out
_MOST_IN_GRAPH = 2_000  # dimensions; pgvector's limit
_CHUNK = 1_000  # rows in one statement
_WIDTHS = (100, 1_000)  # how many candidates the graph keeps in sight, at least and at most
_REFUSED = "42501"  # SQLSTATE of a missing right
_BETWEEN = "\x1f"  # stands between the values of a list; no form and no number holds it

_GIVEN = """
    unnest(CAST(:accession AS text[]), CAST(:ordinal AS integer[]), CAST(:ciks AS text[]), CAST(:forms AS text[]),
           CAST(:item AS text[]), CAST(:suspect AS boolean[]), CAST(:known_at AS timestamptz[]))
"""
_DESCRIBED = """
    string_to_array(given.ciks, chr(31))::bigint[], string_to_array(given.forms, chr(31)), given.item, given.suspect
"""
_PUT = f"""
    INSERT INTO indexed_risks AS kept (space, accession, ordinal, known_at, ciks, forms, item, suspect, vector)
    SELECT :space, given.accession, given.ordinal, given.known_at, {_DESCRIBED}, CAST(given.vector AS vector)
    FROM ROWS FROM ({_GIVEN}, unnest(CAST(:vector AS text[])))
         AS given(accession, ordinal, ciks, forms, item, suspect, known_at, vector)
    ON CONFLICT (space, accession, ordinal, known_at) DO UPDATE
    SET ciks = excluded.ciks, forms = excluded.forms, item = excluded.item, suspect = excluded.suspect,
        vector = excluded.vector
    WHERE (kept.ciks, kept.forms, kept.item, kept.suspect, kept.vector)
          IS DISTINCT FROM (excluded.ciks, excluded.forms, excluded.item, excluded.suspect, excluded.vector)
"""  # noqa: S608 - of our own parts
_END = """
    UPDATE indexed_risks AS kept SET known_until = states.ends
    FROM (SELECT accession, ordinal, known_at,
                 lead(known_at) OVER (PARTITION BY accession, ordinal ORDER BY known_at) AS ends
          FROM indexed_risks WHERE space = :space AND (accession, ordinal) IN
               (SELECT * FROM unnest(CAST(:accession AS text[]), CAST(:ordinal AS integer[])))) AS states
    WHERE kept.space = :space AND kept.accession = states.accession AND kept.ordinal = states.ordinal
          AND kept.known_at = states.known_at AND kept.known_until IS DISTINCT FROM states.ends
"""
_LACKING = f"""
    SELECT given.place - 1
    FROM {_GIVEN} WITH ORDINALITY AS given(accession, ordinal, ciks, forms, item, suspect, known_at, place)
    LEFT JOIN indexed_risks AS kept ON kept.space = :space AND kept.accession = given.accession
         AND kept.ordinal = given.ordinal AND kept.known_at = given.known_at
    WHERE kept.space IS NULL OR (kept.ciks, kept.forms, kept.item, kept.suspect) IS DISTINCT FROM ({_DESCRIBED})
    ORDER BY given.place
"""  # noqa: S608 - as above


def open_vector_index(database: Database) -> PgVectorIndex:
    """Return the index of a database, its tables made where they are missing.

    Raises NotConfigured where the database is not PostgreSQL, where it has no pgvector of version 0.8 or later within
    reach, and where this user may not put it to use.
    """
    if not database.name.startswith("postgresql"):
        raise NotConfigured(
            f"{database.name} cannot keep vectors in an index: that needs PostgreSQL with pgvector",
            advice="Set EDGEWISE_DATABASE to postgresql://..., or leave EDGEWISE_VECTORS empty: the lake answers, too.",
            reason="vectors_need_postgresql",
        )
    from edgewise.adapters.sql import schema  # noqa: PLC0415 - Alembic is heavy

    with database.write() as connection:
        _check_available(connection, database.name)
        with _told_who_may(database.name):
            schema.upgrade(connection, VECTORS)
    return PgVectorIndex(database)


class PgVectorIndex:
    """The index of vectors of one database; see `core.ports.VectorIndex`. Each call is one or two transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, space: VectorSpace, rows: pl.DataFrame) -> int:
        """Store rows, all or none; return how many were new or differed. See the port."""
        given = checked_rows(space, rows)
        with self._database.write() as connection:
            _begin(connection, space)
        changed = 0
        with self._database.write() as connection:
            number = _number_of(connection, space, lock=True)
            for chunk in given.iter_slices(_CHUNK):
                vectors = chunk.select(pl.format("[{}]", _joined("vector", ",")))
                row = {"space": number, **_described(chunk), "vector": vectors.to_series().to_list()}
                changed += connection.execute(text(_PUT), row).rowcount
                connection.execute(text(_END), {name: row[name] for name in ("space", "accession", "ordinal")})
        return changed

    def lacking(self, space: VectorSpace, rows: pl.DataFrame) -> pl.DataFrame:
        """Return those of these rows that are not stored, or otherwise described. See the port."""
        places: list[int] = []
        with self._database.read() as connection:
            number = _number_of(connection, space)
            if number is None:
                return rows
            for begin, chunk in zip(range(0, rows.height, _CHUNK), rows.iter_slices(_CHUNK), strict=False):
                found = connection.scalars(text(_LACKING), {"space": number, **_described(chunk)})
                places += [begin + place for place in found]
        return rows[places]

    def nearest(self, space: VectorSpace, wanted: NDArray[np.float32], *, top: int, among: Among) -> pl.DataFrame:
        """Return the `top` rows most like `wanted`, the likest first. See the port, and the module for the two ways."""
        with self._database.read() as connection:
            number = _number_of(connection, space)
            check_question(space, wanted, top)
            if number is None:
                raise NotFound(
                    f"there are no vectors of {space.name} in {self._database.name}",
                    advice="Make them, or copy them there from the lake: edgewise filings embed",
                )
            asked = {"wanted": f"[{','.join(map(repr, wanted.tolist()))}]", "top": top, **_limits(among)}
            where = f"space = {number} AND {_admitted(among)}"
            found = pl.DataFrame(schema=NEIGHBOURS)
            if among.as_of is None and space.dimensions <= _MOST_IN_GRAPH:
                found = _by_graph(connection, space.dimensions, where, asked)
            return found if found.height == top else _exactly(connection, where, asked)


def _by_graph(connection: Connection, dimensions: int, where: str, asked: dict[str, object]) -> pl.DataFrame:
    least, most = _WIDTHS
    width = min(max(least, 2 * int(str(asked["top"]))), most)
    connection.execute(
        text("SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', :w, true)"),
        {"w": str(width)},
    )
    # The cast is what the graph was made of: without it PostgreSQL does not see that they belong together.
    distance = f"(vector::vector({dimensions})) <=> CAST(:wanted AS vector({dimensions}))"
    return _neighbours(connection, f"{distance} AS distance", where, "distance", asked)


def _exactly(connection: Connection, where: str, asked: dict[str, object]) -> pl.DataFrame:
    distance = "vector <=> CAST(:wanted AS vector) AS distance"
    return _neighbours(connection, distance, where, "distance, known_at DESC, accession, ordinal", asked)


def _neighbours(
    connection: Connection, distance: str, where: str, order: str, asked: dict[str, object]
) -> pl.DataFrame:
    """Return what a search found, in order. Vectors of zeros have no distance, which PostgreSQL puts last."""
    columns = f"accession, ordinal, known_at, {distance}"
    found = connection.execute(
        text(f"SELECT {columns} FROM indexed_risks WHERE {where} ORDER BY {order} LIMIT :top"),  # noqa: S608 - ours
        asked,
    )
    rows = [
        (accession, ordinal, known_at.astimezone(UTC), min(max(1 - apart, -1.0), 1.0))
        for accession, ordinal, known_at, apart in found
        if apart == apart  # noqa: PLR0124 - false for what is no number
    ]
    frame = pl.DataFrame(rows, schema=NEIGHBOURS, orient="row")
    return frame.sort(
        "likeness", "known_at", "accession", "ordinal", descending=[True, True, False, False], maintain_order=True
    )


def _admitted(among: Among) -> str:
    """Return the condition on rows that are asked for; its values are those of `_limits`."""
    known = "known_until IS NULL"
    if among.as_of is not None:
        known = "known_at <= :as_of AND (known_until IS NULL OR known_until > :as_of)"
    conditions = [known]
    if not among.suspect:
        conditions.append("NOT suspect")
    if among.items:
        conditions.append("item = ANY(CAST(:items AS text[]))")
    if among.forms:
        conditions.append("forms && CAST(:forms AS text[])")
    if among.without:
        conditions.append("NOT ciks <@ CAST(:without AS bigint[])")
    return " AND ".join(conditions)


def _limits(among: Among) -> dict[str, object]:
    told = {
        "as_of": among.as_of,
        "items": list(among.items),
        "forms": list(among.forms),
        "without": list(among.without),
    }
    return {name: value for name, value in told.items() if value}


def _begin(connection: Connection, space: VectorSpace) -> None:
    """Make a space and its graph where there is none yet, in a transaction that does nothing else.

    It would wait for other writers while it keeps them waiting.
    """
    number = connection.scalar(
        text(
            "INSERT INTO vector_spaces (model, reading, fingerprint, dimensions)"
            " VALUES (:model, :reading, :fingerprint, :dimensions) ON CONFLICT (model, reading) DO NOTHING RETURNING id"
        ),
        {
            "model": space.model,
            "reading": space.reading,
            "fingerprint": space.fingerprint,
            "dimensions": space.dimensions,
        },
    )
    if number is not None and space.dimensions <= _MOST_IN_GRAPH:
        connection.execute(
            text(
                f"CREATE INDEX ix_indexed_risks_graph_{number} ON indexed_risks"
                f" USING hnsw ((vector::vector({space.dimensions})) vector_cosine_ops)"
                f" WHERE space = {number} AND known_until IS NULL"
            )
        )


def _number_of(connection: Connection, space: VectorSpace, *, lock: bool = False) -> int | None:
    """Return the number of a space, None where it was not begun; `lock` lets no other writer in until we are done.

    Raises InvalidInput where it was begun by a model of other bytes or dimensions.
    """
    query = "SELECT id, fingerprint, dimensions FROM vector_spaces WHERE model = :model AND reading = :reading"
    row = connection.execute(
        text(query + " FOR UPDATE" * lock), {"model": space.model, "reading": space.reading}
    ).one_or_none()
    if row is None:
        return None
    check_same_space(space, fingerprint=row.fingerprint, dimensions=row.dimensions)
    return int(row.id)


def _described(rows: pl.DataFrame) -> dict[str, list[object]]:
    """Return the columns beside the vector as lists of plain values."""
    plain = rows.select(DESCRIBED).with_columns(_joined("ciks", _BETWEEN), _joined("forms", _BETWEEN))
    return plain.to_dict(as_series=False)


def _joined(name: str, between: str) -> pl.Expr:
    return pl.col(name).cast(pl.List(pl.String)).list.join(between)


def _check_available(connection: Connection, name: str) -> None:
    row = connection.execute(
        text(
            "SELECT installed_version, default_version, to_regtype('vector') IS NOT NULL AS seen"
            " FROM pg_available_extensions WHERE name = 'vector'"
        )
    ).one_or_none()
    if row is None:
        raise NotConfigured(
            f"the server of {name} does not have the extension vector (pgvector)",
            advice="Install pgvector 0.8 or later there, or leave EDGEWISE_VECTORS empty: the lake answers, too.",
            reason="pgvector_missing",
        )
    version = row.installed_version or row.default_version
    if tuple(int(part) for part in version.split(".")[:2]) < _OLDEST:
        raise NotConfigured(
            f"{name} has pgvector {version}, and 0.8 or later is needed",
            advice="Install a newer one, then let an administrator run: ALTER EXTENSION vector UPDATE",
            reason="pgvector_too_old",
        )
    if row.installed_version and not row.seen:
        raise NotConfigured(
            f"the extension vector of {name} lies in a schema that this user does not look into",
            advice="Name that schema in the user's search_path: ALTER ROLE ... SET search_path = public, ...",
            reason="pgvector_out_of_sight",
        )


@contextmanager
def _told_who_may(name: str) -> Iterator[None]:
    """Say who has to make the extension, where this user has no right to."""
    try:
        yield
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != _REFUSED:
            raise
        raise NotConfigured(
            f"this user may not make the extension vector or tables in {name}",
            advice="Let an administrator run there once: CREATE EXTENSION vector",
            reason="pgvector_not_allowed",
        ) from error
