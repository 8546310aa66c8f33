"""What pgvector adds to the contract of VectorIndex: where it is out of reach, and what its graph finds.

Recall is against plain arithmetic over all rows.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from edgewise.adapters.sql import open_database, schema
from edgewise.adapters.sql.vector_index import open_vector_index
from edgewise.core.errors import NotConfigured
from edgewise.core.vectors import INDEXED_RISKS, Among, VectorSpace

NOON = datetime(2024, 3, 4, 17, tzinfo=UTC)
DIMENSIONS = 64
SPACE = VectorSpace("drawn-1", "reading-1", "0123456789ab", DIMENSIONS)
# A few thousand rows are read as quickly as a graph is walked, so PostgreSQL has to be told to walk.
WALK = "-c enable_seqscan=off -c enable_bitmapscan=off -c enable_sort=off"


@pytest.fixture
def opened():
    """Opens databases, and closes them."""
    databases = []

    def at(url, **options):
        databases.append(open_database(make_url(url).update_query_dict(options).render_as_string(hide_password=False)))
        return databases[-1]

    yield at
    for database in databases:
        database.close()


def raw(url, *statements):
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for statement in statements:
            answer = connection.execute(statement)
        return answer.fetchall() if answer.description else []


def refusal(database):
    with pytest.raises(NotConfigured) as refused:
        open_vector_index(database)
    return refused.value


class TestOutOfReach:
    def test_sqlite_cannot_keep_one(self, opened, tmp_path):
        told = refusal(opened(f"sqlite:///{tmp_path / 'state.db'}"))
        assert told.code == "vectors_need_postgresql"
        assert "EDGEWISE_DATABASE" in told.advice

    def test_a_server_without_pgvector_keeps_the_state_and_says_what_the_index_needs(self, opened, postgres_database):
        database = opened(postgres_database, options=f"-c extension_control_path={'/nowhere'}")
        database.upgrade()
        told = refusal(database)
        assert told.code == "pgvector_missing"
        assert "Install pgvector" in told.advice
        assert database.drift() == []

    def test_who_may_not_make_the_extension_is_told_who_may(self, opened, postgres_database):
        raw(
            postgres_database,
            "DROP ROLE IF EXISTS plain",
            "CREATE ROLE plain LOGIN",
            "GRANT ALL ON SCHEMA public TO plain",
        )
        database = opened(make_url(postgres_database).set(username="plain").render_as_string(hide_password=False))
        told = refusal(database)
        assert told.code == "pgvector_not_allowed"
        assert "CREATE EXTENSION vector" in told.advice
        raw(postgres_database, "CREATE EXTENSION vector")
        open_vector_index(database)

    def test_one_that_is_too_old_is_told(self, opened, postgres_database):
        raw(
            postgres_database,
            "CREATE EXTENSION vector",
            "UPDATE pg_extension SET extversion = '0.7.4' WHERE extname = 'vector'",
        )
        told = refusal(opened(postgres_database))
        assert (told.code, "0.7.4" in told.what) == ("pgvector_too_old", True)

    def test_one_in_a_schema_that_is_not_looked_into_is_told(self, opened, postgres_database):
        raw(postgres_database, "CREATE SCHEMA aside", "CREATE EXTENSION vector SCHEMA aside")
        assert refusal(opened(postgres_database)).code == "pgvector_out_of_sight"
        open_vector_index(opened(postgres_database, options="-c search_path=public,aside"))


class TestTables:
    def test_they_are_no_drift_and_go_and_come_apart_from_the_state(self, opened, postgres_database):
        database = opened(postgres_database)
        database.upgrade()
        open_vector_index(database)
        assert database.drift() == []
        with database.write() as connection:
            assert schema.revision(connection, schema.VECTORS) == "v0001"
            schema.downgrade(connection, "base", schema.VECTORS)
            assert connection.scalar(text("SELECT to_regclass('indexed_risks')")) is None
        assert database.drift() == []
        open_vector_index(database)

    def test_two_that_open_at_once_take_turns(self, opened, postgres_database):
        with ThreadPoolExecutor(4) as threads:
            assert len(list(threads.map(open_vector_index, [opened(postgres_database) for _ in range(4)]))) == 4

    def test_writers_of_the_same_and_of_several_spaces_never_wait_in_a_circle(self, opened, postgres_database):
        drawn = rows_of(vectors(40))
        spaces = [SPACE, VectorSpace("drawn-2", "reading-1", "ba9876543210", DIMENSIONS)]
        index = open_vector_index(opened(postgres_database))

        def put(number):
            batch = drawn if number % 2 else drawn.reverse()
            return index.put(spaces[number // 2 % 2], batch)

        with ThreadPoolExecutor(4) as threads:
            stored = list(threads.map(put, range(8)))
        assert sum(stored) == 2 * drawn.height


def vectors(count):
    """Return unit vectors: a third drawn anywhere, the rest around some hundred themes as risk factors are.

    Of those every fourth repeats the one before it but for a word or two, as reports do year after year.
    """
    drawn = np.random.default_rng(11)
    anywhere = drawn.normal(size=(count // 3, DIMENSIONS))
    themes = drawn.normal(size=(100, DIMENSIONS))[drawn.integers(0, 100, size=count - count // 3)]
    around = themes + 0.5 * drawn.normal(size=themes.shape)
    around[1::4] = around[0::4][: len(around[1::4])] + 0.02 * drawn.normal(size=around[1::4].shape)
    both = np.concatenate([anywhere, around]).astype(np.float32)
    return both / np.linalg.norm(both, axis=1, keepdims=True)


def rows_of(drawn):
    """Return a row per vector: 200 companies in turn, one in twenty a 10-Q, each tenth known a day later."""
    numbers = np.arange(len(drawn))
    rows = pl.DataFrame(
        {
            "accession": [f"{number:06}" for number in numbers],
            "ordinal": pl.Series([1] * len(drawn), dtype=pl.Int32),
            "ciks": [[int(number) % 200] for number in numbers],
            "forms": [["10-Q" if number % 20 == 7 else "10-K"] for number in numbers],
            "item": ["1A"] * len(drawn),
            "suspect": [False] * len(drawn),
            "known_at": [NOON + timedelta(days=int(number % 10 == 0)) for number in numbers],
            "vector": drawn.tolist(),
        },
        schema=INDEXED_RISKS.schema,
    )
    return INDEXED_RISKS.check(rows)


ASKED = {
    "all": (Among(), lambda _: True),
    "others": (Among(without=(3,)), lambda number: number % 200 != 3),
    "10-Q": (Among(forms=("10-Q",)), lambda number: number % 20 == 7),
    "fifteen": (Among(forms=("10-Q",), without=tuple(set(range(200)) - {7})), lambda n: n % 200 == 7),
    "then": (Among(as_of=NOON), lambda number: number % 10 != 0),
    "then, of 10-Q": (Among(as_of=NOON, forms=("10-Q",)), lambda number: number % 20 == 7),
}


@pytest.fixture(scope="module")
def drawn():
    return vectors(3_000)


@pytest.fixture(scope="module")
def graph(postgres_server, drawn):
    """The URL of a database that holds them, where PostgreSQL walks the graph."""
    postgres_server.run("CREATE DATABASE graph")
    url = postgres_server.url_of("graph")
    database = open_database(url)
    assert open_vector_index(database).put(SPACE, rows_of(drawn)) == len(drawn)
    database.close()
    raw(url, "VACUUM ANALYZE indexed_risks")
    yield url
    postgres_server.run("DROP DATABASE graph WITH (FORCE)")


def walks(database):
    """Return how often the graph was walked; a session tells of its own walks when it is asked to."""
    with database.read() as connection:
        connection.execute(text("SELECT pg_stat_force_next_flush()"))
    with database.read() as connection:
        return connection.scalar(text("SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname LIKE '%graph%'"))


@pytest.mark.parametrize("asked", ASKED)
def test_the_nearest_are_found(opened, graph, drawn, asked):
    """Of the ten nearest at least 98 in a hundred by the graph, and all of them where an instant is named."""
    among, admitted = ASKED[asked]
    mine = np.array([number for number in range(len(drawn)) if admitted(number)])
    database = opened(graph, options=WALK)
    before = walks(database)
    index = open_vector_index(database)
    found = total = 0
    for number in range(0, len(drawn), 100):
        top = min(10, len(mine))
        truth = mine[np.argsort(-(drawn[mine].astype(np.float64) @ drawn[number]), kind="stable")][:top]
        near = index.nearest(SPACE, drawn[number], top=10, among=among)
        assert near.height == top
        assert near["likeness"].is_sorted(descending=True)
        found += len(set(near["accession"]) & {f"{one:06}" for one in truth})
        total += top
    assert found / total >= (1 if among.as_of else 0.98)
    assert (walks(database) > before) == (among.as_of is None)


def test_a_question_that_the_graph_cannot_satisfy_is_answered_in_full(opened, graph, drawn):
    index = open_vector_index(opened(graph, options=WALK))
    assert index.nearest(SPACE, drawn[0], top=5_000, among=Among()).height == len(drawn)


def test_vectors_come_back_to_the_bit(graph, drawn):
    kept = raw(graph, "SELECT accession, CAST(vector AS real[]) FROM indexed_risks ORDER BY accession LIMIT 300")
    assert np.array_equal(np.array([vector for _, vector in kept], dtype=np.float32), drawn[:300])
