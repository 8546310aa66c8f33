from __future__ import annotations

import errno
import pickle
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import polars as pl
import polars.selectors as cs
import pytest
from deltalake import DeltaTable, write_deltalake

from edgewise.core.errors import InvalidInput, NotConfigured, NotFound, SchemaMismatch, ServiceUnavailable, Unparsable
from edgewise.core.table import Column
from edgewise.core.tables import ALL, PRICES
from edgewise.lake import Lake, TableStatus, Upserted
from edgewise.lake.lake import FOLD_AT


class TestAppend:
    def test_what_was_appended_is_read_back_with_the_schema_of_the_table(self, lake, table, rows):
        frame = rows(("A", 2, 10.0, 2), ("B", 2, None, 2))
        lake.append(table, frame)
        assert lake.read(table).equals(frame)
        assert lake.read(table).schema == pl.Schema(table.schema)

    def test_each_append_is_one_version(self, lake, table, rows):
        first = lake.append(table, rows(("A", 2, 10.0, 2)))
        second = lake.append(table, rows(("A", 3, 11.0, 3)))
        assert second == first + 1 == lake.version(table)

    def test_an_empty_frame_commits_nothing(self, lake, table, rows):
        assert lake.append(table, table.empty()) is None
        version = lake.append(table, rows(("A", 2, 10.0, 2)))
        assert lake.append(table, table.empty()) == version

    def test_a_frame_that_does_not_fit_is_refused_before_anything_is_stored(self, lake, table, rows):
        with pytest.raises(SchemaMismatch, match="column close is missing"):
            lake.append(table, rows(("A", 2, 10.0, 2)).drop("close"))
        assert lake.version(table) is None

    def test_the_order_of_columns_in_the_frame_does_not_matter(self, lake, table, rows):
        frame = rows(("A", 2, 10.0, 2))
        lake.append(table, frame.select(reversed(frame.columns)))
        assert lake.read(table).equals(frame)

    def test_microseconds_survive(self, lake, table, rows):
        stamp = datetime(2024, 1, 2, 21, 0, 0, 123457, tzinfo=UTC)
        lake.append(table, rows(("A", 2, 10.0, 2)).with_columns(known_at=pl.lit(stamp).cast(table.schema["known_at"])))
        assert lake.read(table, as_of=stamp)["known_at"].to_list() == [stamp]
        assert lake.read(table, as_of=stamp - timedelta(microseconds=1)).is_empty()


class TestUpsert:
    def test_absent_rows_are_inserted_and_repeating_the_batch_changes_nothing(self, lake, table, rows):
        batch = rows(("A", 2, 10.0, 2), ("B", 2, 20.0, 2))
        first = lake.upsert(table, batch)
        assert (first.inserted, first.updated, first.unchanged) == (2, 0, 0)
        assert lake.upsert(table, batch) == Upserted(0, 0, 2, first.version)
        assert lake.version(table) == first.version

    def test_a_new_known_at_is_a_new_row_and_the_old_one_stays(self, lake, table, rows, on):
        lake.upsert(table, rows(("A", 2, 10.0, 2)))
        assert lake.upsert(table, rows(("A", 2, 10.5, 4))).inserted == 1
        assert lake.read(table)["close"].to_list() == [10.5]
        assert lake.read(table, as_of=on(3))["close"].to_list() == [10.0]

    def test_the_same_identity_with_another_payload_is_replaced(self, lake, table, rows):
        lake.upsert(table, rows(("A", 2, 10.0, 2), ("B", 2, 20.0, 2)))
        done = lake.upsert(table, rows(("A", 2, 10.1, 2), ("B", 2, 20.0, 2), ("C", 2, 30.0, 2)))
        assert (done.inserted, done.updated, done.unchanged) == (1, 1, 1)
        assert lake.history(table).equals(rows(("A", 2, 10.1, 2), ("B", 2, 20.0, 2), ("C", 2, 30.0, 2)))

    def test_null_equals_null_and_a_filled_null_is_a_replacement(self, lake, table, rows):
        lake.upsert(table, rows(("A", 2, None, 2)))
        assert lake.upsert(table, rows(("A", 2, None, 2))).unchanged == 1
        assert lake.upsert(table, rows(("A", 2, 9.0, 2))).updated == 1
        assert lake.upsert(table, rows(("A", 2, None, 2))).updated == 1

    def test_a_kept_column_is_not_compared_and_survives_a_replacement(self, lake, table, rows, on):
        def seen(day, close):
            return rows(("A", 2, close, 2)).with_columns(first_seen_at=pl.lit(on(day)).cast(table.schema["known_at"]))

        lake.upsert(table, seen(3, 10.0), keep_first=["first_seen_at"])
        assert lake.upsert(table, seen(9, 10.0), keep_first=["first_seen_at"]).unchanged == 1
        assert lake.upsert(table, seen(9, 11.0), keep_first=["first_seen_at"]).updated == 1
        assert lake.read(table).select("close", "first_seen_at").row(0) == (11.0, on(3))

    @pytest.mark.parametrize("name", ["known_at", "session", "nothing"])
    def test_only_payload_columns_can_be_kept(self, lake, table, rows, name):
        with pytest.raises(InvalidInput, match=name):
            lake.upsert(table, rows(("A", 2, 10.0, 2)), keep_first=[name])

    def test_an_empty_batch_commits_nothing(self, lake, table):
        assert lake.upsert(table, table.empty()) == Upserted(0, 0, 0, None)

    def test_a_row_appended_twice_is_healed_by_the_next_upsert_of_it(self, lake, table, rows):
        for close in (10.0, 11.0):
            lake.append(table, rows(("A", 2, close, 2)))
        assert lake.upsert(table, rows(("A", 2, 11.0, 2))).updated == 1
        assert lake.tables([table])[0].rows == 1

    def test_many_small_batches_do_not_leave_many_files(self, lake, table, rows):
        for day in range(1, 2 * FOLD_AT):
            lake.upsert(table, rows((f"I{day}", 2, float(day), 2)))
        status = lake.tables([table])[0]
        assert status.rows == 2 * FOLD_AT - 1
        assert status.files <= FOLD_AT
        assert lake.read(table)["close"].sum() == sum(range(1, 2 * FOLD_AT))

    def test_a_replacement_touches_only_the_file_that_holds_the_row(self, lake, table, rows):
        lake.append(table, rows(("A", 2, 1.0, 2), ("B", 2, 2.0, 2)))
        lake.append(table, rows(("C", 2, 3.0, 2)))
        before = set(_files(lake, table))
        lake.upsert(table, rows(("A", 2, 9.0, 2)))
        assert len(before & set(_files(lake, table))) == 1


class TestRead:
    def test_a_missing_table_is_an_empty_frame_with_its_schema(self, lake, table, on):
        assert lake.read(table, as_of=on(2)).equals(table.empty())
        assert lake.history(table, columns=["close"]).schema == {"close": pl.Float64}
        assert lake.version(table) is None
        assert lake.compact(table) is None
        assert lake.vacuum(table, keep=timedelta(days=1)) == 0

    def test_failure_case_22_a_restated_value_is_not_visible_before_it_was_known(self, lake, table, rows, on):
        lake.append(table, rows(("PG", 2, 83.1, 2)))
        lake.append(table, rows(("PG", 2, 29.4, 20)))
        assert lake.read(table, as_of=on(19))["close"].to_list() == [83.1]
        assert lake.read(table, as_of=on(20) - timedelta(microseconds=1))["close"].to_list() == [83.1]
        assert lake.read(table, as_of=on(20))["close"].to_list() == [29.4]
        assert lake.history(table, as_of=on(20))["close"].to_list() == [83.1, 29.4]

    def test_a_condition_on_a_value_does_not_let_an_outdated_row_resurface(self, lake, table, rows):
        lake.append(table, rows(("A", 2, 10.0, 2), ("A", 2, 99.0, 3), ("B", 2, 12.0, 2)))
        assert lake.read(table, where=pl.col("close") < 50)["instrument_id"].to_list() == ["B"]

    def test_a_condition_on_known_at_judges_the_latest_row_only(self, lake, table, rows, on):
        lake.append(table, rows(("A", 2, 10.0, 2), ("A", 2, 99.0, 5)))
        assert lake.read(table, where=pl.col("known_at") < on(4)).is_empty()

    def test_a_condition_on_key_and_value_waits_for_the_latest_row(self, lake, table, rows):
        lake.append(table, rows(("A", 2, 10.0, 2), ("A", 2, 99.0, 3), ("B", 2, 12.0, 2)))
        both = (pl.col("instrument_id") == "A") & (pl.col("close") < 50)
        assert lake.read(table, where=both, columns=["close"]).is_empty()

    def test_a_condition_that_counts_rows_counts_each_key_once(self, lake, table, rows):
        lake.append(table, rows(("A", 2, 10.0, 2), ("A", 2, 11.0, 3), ("B", 2, 12.0, 2), ("B", 3, 12.0, 3)))
        several = lake.read(table, where=pl.len().over("instrument_id") > 1)
        assert several["instrument_id"].to_list() == ["B", "B"]

    def test_a_condition_on_the_newest_key_does_not_see_keys_of_the_future(self, lake, table, rows, on):
        lake.append(table, rows(("A", 2, 10.0, 2), ("A", 9, 11.0, 9)))
        newest = lake.read(table, as_of=on(5), where=pl.col("session") == pl.col("session").max())
        assert newest["session"].to_list() == [date(2024, 1, 2)]

    def test_a_history_has_every_version_that_fits_once_whatever_the_condition_is_about(self, lake, table, rows, on):
        lake.append(table, rows(("A", 2, 10.0, 2), ("A", 2, 99.0, 5), ("B", 2, 12.0, 2)))
        lake.append(table, rows(("A", 2, 10.0, 2)))
        of_a, later = pl.col("instrument_id") == "A", pl.col("known_at") > on(2)
        for where, closes in [(of_a, [10.0, 99.0]), (of_a & later, [99.0]), (pl.col("close") < 50, [10.0, 12.0])]:
            assert lake.history(table, where=where, columns=["close"])["close"].to_list() == closes

    def test_columns_come_in_the_order_asked_and_the_rows_by_key(self, lake, table, rows):
        lake.append(table, rows(("B", 2, 3.0, 2), ("A", 3, 2.0, 3), ("A", 2, 1.0, 2)))
        frame = lake.read(table, columns=["close", "instrument_id"])
        assert frame.columns == ["close", "instrument_id"]
        assert frame["close"].to_list() == [1.0, 2.0, 3.0]

    def test_an_instant_may_be_given_in_any_zone(self, lake, table, rows):
        lake.append(table, rows(("A", 2, 10.0, 2)))
        eastern = timezone(timedelta(hours=-5))
        assert lake.read(table, as_of=datetime(2024, 1, 2, 16, tzinfo=eastern)).height == 1
        assert lake.read(table, as_of=datetime(2024, 1, 2, 15, 59, tzinfo=eastern)).height == 0

    def test_an_instant_without_zone_is_refused(self, lake, table):
        with pytest.raises(InvalidInput, match="has no zone"):
            lake.read(table, as_of=datetime(2024, 1, 2))  # noqa: DTZ001 - the mistake under test

    @pytest.mark.parametrize("asked", [{"columns": ["closing"]}, {"where": pl.col("closing") > 1}])
    def test_an_unknown_column_is_refused_and_the_known_ones_are_named(self, lake, table, asked):
        with pytest.raises(InvalidInput, match=r"closing.*It has instrument_id, session, close"):
            lake.read(table, **asked)

    def test_a_condition_that_hides_its_columns_is_refused(self, lake, table):
        with pytest.raises(InvalidInput, match="by pattern"):
            lake.read(table, where=pl.all_horizontal(cs.float() > 0))

    def test_the_caller_s_frame_is_not_changed(self, lake, table, rows):
        frame = rows(("B", 2, 3.0, 2), ("A", 2, 1.0, 2))
        lake.upsert(table, frame)
        assert frame.equals(rows(("B", 2, 3.0, 2), ("A", 2, 1.0, 2)))


class TestVersions:
    def test_an_older_version_reads_as_it_was(self, lake, table, rows):
        before = lake.append(table, rows(("A", 2, 10.0, 2)))
        lake.upsert(table, rows(("A", 2, 77.0, 2)))
        lake.compact(table)
        assert lake.read(table, version=before)["close"].to_list() == [10.0]
        assert lake.read(table)["close"].to_list() == [77.0]

    def test_a_version_that_never_was_is_not_found(self, lake, table, rows):
        lake.append(table, rows(("A", 2, 10.0, 2)))
        with pytest.raises(NotFound, match="no version 99"):
            lake.read(table, version=99)

    def test_compaction_leaves_one_run_and_no_answer_changes(self, lake, table, rows, on):
        for day in (4, 2, 3):
            lake.append(table, rows(("A", day, float(day), day), ("B", day, float(day), 9 - day)))
        instants = [None, *(on(day) for day in range(1, 9))]
        before = [lake.read(table, as_of=instant) for instant in instants]
        version = lake.compact(table)
        assert lake.tables([table])[0].files == 1
        assert all(was.equals(lake.read(table, as_of=at)) for was, at in zip(before, instants, strict=True))
        assert lake.compact(table) == version


class TestSchemaEvolution:
    def test_a_new_nullable_column_reads_as_null_before_and_after_it_is_first_written(self, lake, table, rows):
        lake.append(table, rows(("A", 2, 10.0, 2)))
        wider = replace(table, columns=(*table.columns, Column("volume", pl.Int64, "shares", nulls="not reported")))
        assert lake.read(wider)["volume"].to_list() == [None]
        lake.upsert(wider, rows(("B", 2, 20.0, 2)).with_columns(volume=pl.lit(5, pl.Int64)))
        assert lake.read(wider)["volume"].to_list() == [None, 5]
        assert lake.read(table).equals(rows(("A", 2, 10.0, 2), ("B", 2, 20.0, 2)))

    def test_a_new_column_that_may_not_be_null_is_refused(self, lake, table, rows):
        lake.append(table, rows(("A", 2, 10.0, 2)))
        wider = replace(table, columns=(*table.columns, Column("volume", pl.Int64, "shares")))
        with pytest.raises(SchemaMismatch, match="volume"):
            lake.read(wider)

    def test_another_dtype_is_refused_on_both_ways(self, lake, table, rows):
        lake.append(table, rows(("A", 2, 10.0, 2)))
        columns = tuple(replace(c, dtype=pl.Int64) if c.name == "close" else c for c in table.columns)
        changed = replace(table, columns=columns)
        with pytest.raises(SchemaMismatch, match="close is stored as Float64, not Int64"):
            lake.read(changed)
        with pytest.raises(SchemaMismatch, match="close is stored as Float64"):
            lake.append(changed, rows(("B", 2, 1.0, 2)).with_columns(pl.col("close").cast(pl.Int64)))


class TestStatus:
    def test_a_table_tells_its_size_version_and_newest_knowledge(self, lake, table, rows, on):
        lake.append(table, rows(("A", 2, 10.0, 2), ("B", 2, 10.0, 7)))
        [status] = lake.tables([table, PRICES])
        assert (status.name, status.rows, status.files, status.version) == ("closes", 2, 1, 1)
        assert status.newest_known_at == on(7)
        assert status.bytes > 0
        assert isinstance(status, TableStatus)

    def test_a_table_of_many_columns_tells_its_newest_knowledge_too(self, lake, table, rows, on):
        """Readers of Delta look at the statistics of the first 32 columns unless they are told which."""
        numbers = [Column(f"number_{place}", pl.Float64, "a number", "none") for place in range(40)]
        wide = replace(table, name="wide", columns=(*table.columns[:-1], *numbers, table.columns[-1]))
        lake.append(wide, rows(("A", 2, 10.0, 7)).with_columns(pl.lit(1.0).alias(one.name) for one in numbers))
        [status] = lake.tables([wide])
        assert status.newest_known_at == on(7)

    def test_by_default_the_declared_tables_that_exist_are_listed(self, lake):
        assert lake.tables() == []
        prices = PRICES.frame(
            [
                {"instrument_id": "A", "session": date(2024, 1, 2), "source_url": "u", "known_at": known}
                for known in [datetime(2024, 1, 2, 21, tzinfo=UTC)]
            ]
        )
        lake.append(PRICES, prices)
        assert [status.name for status in lake.tables()] == ["prices"]

    @pytest.mark.parametrize("declared", ALL, ids=lambda table: table.name)
    def test_every_declared_table_can_be_stored(self, lake, declared):
        row = {column.name: _sample(column) for column in declared.columns}
        frame = declared.frame([row])
        lake.append(declared, frame)
        assert lake.upsert(declared, frame).unchanged == 1
        assert lake.read(declared).equals(frame)


class TestOtherPrograms:
    def test_files_that_another_program_wrote_are_read_whatever_their_order(self, lake, table, rows, on):
        lake.append(table, rows(("B", 2, 1.0, 2)))
        unsorted = rows(("C", 2, 4.0, 3), ("A", 2, 3.0, 3), ("A", 2, 2.0, 2))
        write_deltalake(f"{lake.url}/closes", unsorted, mode="append")
        assert lake.read(table)["close"].to_list() == [3.0, 1.0, 4.0]
        assert lake.read(table, as_of=on(2))["close"].to_list() == [2.0, 1.0]
        assert lake.upsert(table, rows(("A", 2, 7.0, 3))).updated == 1
        assert lake.read(table)["close"].to_list() == [7.0, 1.0, 4.0]

    def test_the_table_is_plain_delta_with_meanings_and_statistics(self, lake, table, rows):
        lake.append(table, rows(("A", 2, 10.0, 2), ("B", 2, 10.0, 7)))
        stored = DeltaTable(f"{lake.url}/closes")
        assert stored.metadata().description == "Closing prices."
        assert {field.name: field.metadata["comment"] for field in stored.schema().fields}["session"] == "trading day"
        statistics = pl.DataFrame(stored.get_add_actions(flatten=True)).row(0, named=True)
        assert (statistics["min.instrument_id"], statistics["max.instrument_id"]) == ("A", "B")

    def test_a_table_with_deletion_vectors_is_refused(self, lake, table):
        DeltaTable.create(
            f"{lake.url}/closes",
            pl.Schema(table.schema),
            configuration={"delta.enableDeletionVectors": "true"},
        )
        with pytest.raises(NotConfigured, match="beyond plain Parquet"):
            lake.read(table)


class TestFailures:
    @pytest.fixture(params=["read", "history", "version", "tables", "vacuum"])
    def looked_at(self, request, table):
        """A function that looks at a lake in one of the ways there are."""
        ways = {
            "tables": lambda lake: lake.tables([table]),
            "vacuum": lambda lake: lake.vacuum(table, keep=timedelta(hours=1)),
        }
        return ways.get(request.param, lambda lake: getattr(lake, request.param)(table))

    def test_a_lake_that_cannot_be_written_says_what_to_check(self, tmp_path, table, rows):
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(NotConfigured, match="Name a folder"):
            Lake(str(tmp_path / "file")).append(table, rows(("A", 2, 10.0, 2)))

    @pytest.mark.parametrize("below", ["", "lake", "further/down"])
    def test_a_file_where_the_lake_should_be_is_never_an_empty_lake(self, tmp_path, looked_at, below):
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(NotConfigured, match=r"file is in the way \(Not a directory\)\. Name a folder"):
            looked_at(Lake(str(tmp_path / "file" / below)))

    def test_a_link_to_nothing_is_never_an_empty_lake(self, tmp_path, looked_at):
        (tmp_path / "link").symlink_to(tmp_path / "unmounted")
        with pytest.raises(NotConfigured, match="link is in the way"):
            looked_at(Lake(str(tmp_path / "link")))

    def test_a_folder_that_may_not_be_read_is_never_an_empty_lake(self, tmp_path, looked_at, monkeypatch):
        def refuse(_folder):
            raise PermissionError(errno.EACCES, "Permission denied")

        # Rights do not bind the superuser, as whom tests may run.
        monkeypatch.setattr("edgewise.lake.delta.os.scandir", refuse)
        with pytest.raises(NotConfigured, match=r"Permission denied.*may be read"):
            looked_at(Lake(str(tmp_path)))

    def test_a_path_that_the_system_cannot_follow_is_an_outage(self, tmp_path, looked_at):
        (tmp_path / "loop").symlink_to(tmp_path / "loop")
        with pytest.raises(ServiceUnavailable, match="Check that it exists"):
            looked_at(Lake(str(tmp_path / "loop")))

    @pytest.mark.parametrize("folder", ["", "new", "new/and/deep"])
    def test_a_folder_without_tables_or_not_there_yet_is_an_empty_lake(self, tmp_path, table, folder):
        lake = Lake(str(tmp_path / folder))
        assert (lake.version(table), lake.tables([table])) == (None, [])
        assert lake.read(table).equals(table.empty())
        assert lake.history(table).equals(table.empty())
        assert list(tmp_path.iterdir()) == []

    def test_a_damaged_file_is_reported_not_skipped(self, lake, table, rows):
        lake.append(table, rows(("A", 2, 10.0, 2)))
        [path] = _files(lake, table)
        path.write_bytes(b"PAR1" + b"\0" * 64 + b"PAR1")
        with pytest.raises(Unparsable, match="cannot be read"):
            lake.read(table)

    def test_a_lost_file_is_reported_not_skipped(self, lake, table, rows):
        lake.append(table, rows(("A", 2, 10.0, 2)))
        [path] = _files(lake, table)
        path.unlink()
        with pytest.raises(ServiceUnavailable, match=r"has lost files.*Read again.*restore"):
            lake.read(table)
        with pytest.raises(ServiceUnavailable, match="has lost files"):
            lake.upsert(table, rows(("A", 2, 11.0, 2)))

    def test_a_lake_travels_to_other_processes(self, lake, table, rows):
        lake.append(table, rows(("A", 2, 10.0, 2)))
        assert pickle.loads(pickle.dumps(lake)).read(table).equals(lake.read(table))

    def test_a_folder_may_be_given_as_a_file_url(self, lake, table, rows):
        by_url = Lake(f"file://{lake.url}")
        by_url.append(table, rows(("A", 2, 10.0, 2)))
        assert by_url.upsert(table, rows(("A", 2, 11.0, 2))).updated == 1
        assert lake.history(table)["close"].to_list() == [11.0]

    def test_a_folder_with_unusual_characters_is_taken_literally(self, tmp_path, table, rows):
        lake = Lake(str(tmp_path / "a [b] *c% 20"))
        lake.append(table, rows(("A", 2, 10.0, 2)))
        assert lake.upsert(table, rows(("A", 2, 11.0, 2))).updated == 1
        assert lake.read(table)["close"].to_list() == [11.0]


def _files(lake, table):
    stored = DeltaTable(f"{lake.url}/{table.name}")
    return [Path(path) for path in stored.file_uris()]


def _sample(column):
    if column.name == "known_at" or column.dtype == pl.Datetime("us", "UTC"):
        return datetime(2024, 1, 2, 21, tzinfo=UTC)
    if isinstance(column.dtype, pl.List) and isinstance(column.dtype.inner, pl.Struct):
        values = [_sample(Column(field.name, field.dtype, "")) for field in column.dtype.inner.fields]
        return [dict(zip(column.dtype.inner.to_schema(), values, strict=True))] * 2
    if isinstance(column.dtype, pl.List):
        return {pl.Float32: [0.5, -1.0], pl.String: ["x", "y"]}.get(column.dtype.inner, [1, 2])
    return {pl.String: "x", pl.Date: date(2024, 1, 2), pl.Float64: 1.5}.get(column.dtype, 1)
