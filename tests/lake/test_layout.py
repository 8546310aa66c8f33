from __future__ import annotations

from edgewise.lake.layout import FileName, StoredFile, chained, new_run, runs


def stored(path, rows=10, low=None, high=None):
    return StoredFile(path, size=100, rows=rows, low=low or {}, high=high or {})


def test_the_name_of_a_file_says_where_it_stands():
    name = FileName(new_run(), 7)
    again = stored(str(name)).name
    assert (again.run, again.ordinal) == (name.run, 7)


def test_each_writing_of_a_place_has_a_name_of_its_own():
    run = new_run()
    assert str(FileName(run, 0)) != str(FileName(run, 0))


def test_a_file_of_another_program_is_a_run_that_nobody_vouches_for():
    [run] = runs([stored("part-00000-1234.snappy.parquet")])
    assert not run.ordered


def test_the_files_of_a_run_come_in_their_order_and_the_greatest_run_first():
    long, short = new_run(), new_run()
    files = [stored(str(FileName(short, 0)), rows=5), *(stored(str(FileName(long, n)), rows=4) for n in (2, 0, 1))]
    first, second = runs(files)
    assert [file.name.ordinal for file in first.files] == [0, 1, 2]
    assert (first.rows, second.rows) == (12, 5)
    assert runs(files[::-1]) == [first, second]


def test_a_file_is_passed_over_only_if_its_bounds_exclude_the_rows():
    file = stored("x", low={"cik": 10, "form": "8-K"}, high={"cik": 20, "form": "8-K"})
    assert file.may_hold({"cik": 20, "form": "10-K"}, {"cik": 30, "form": "9"})
    assert not file.may_hold({"cik": 21, "form": "10-K"}, {"cik": 30, "form": "9"})
    assert not file.may_hold({"cik": 1, "form": "10-K"}, {"cik": 9, "form": "9"})
    assert not file.may_hold({"cik": 1, "form": "9"}, {"cik": 30, "form": "9"})


def test_a_file_without_statistics_may_hold_anything():
    assert stored("x").may_hold({"cik": 1}, {"cik": 1})


def test_runs_that_follow_each_other_are_read_as_one_and_those_that_touch_or_overlap_are_not():
    spans = {"c": (7, 9), "a": (1, 3), "touching": (3, 4), "overlapping": (2, 8), "b": (5, 6)}
    names = {name: str(FileName(new_run(), 0)) for name in [*spans, "untold"]}
    files = [stored(names[name], low={"cik": low}, high={"cik": high}) for name, (low, high) in spans.items()]
    found = chained(runs([*files, stored(names["untold"])]), "cik")
    chains = [[file.path for file in run.files] for run in found]
    expected = [["a", "b", "c"], ["overlapping"], ["touching"], ["untold"]]
    assert chains == [[names[name] for name in chain] for chain in expected]
