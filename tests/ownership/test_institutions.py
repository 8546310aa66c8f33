"""Holdings as they were known: amendments by hand, every order of two reports, and the laws of what follows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, permutations

import polars as pl
import pytest

from edgewise.core.table import Instant
from edgewise.core.tables_holdings import CUSIPS, HOLDING_REPORTS, HOLDINGS
from edgewise.ownership.institutions import (
    changes,
    due_day,
    identify_cusips,
    institutional_ownership,
    lines_held,
    positions,
)

Q2, Q3, Q4 = date(2023, 6, 30), date(2023, 9, 30), date(2023, 12, 31)
APPLE, CISCO, GOOGLE = "037833100", "17275R102", "02079K305"


def at(month, day, hour=16, year=2023):
    return datetime(year, month, day, hour, tzinfo=UTC)


def report(accession, known_at, *, period=Q3, manager=1, form="13F-HR", amendment=None, **more):
    row = dict.fromkeys(HOLDING_REPORTS.schema) | {
        "manager_cik": manager,
        "period_end": period,
        "accession": accession,
        "form": form,
        "amends": form.endswith("/A"),
        "amendment": amendment,
        "lines": 1,
        "disclosed": False,
        "status": "ok",
        "known_at_source": "header",
        "source_url": "",
        "known_at": known_at,
    }
    return row | more


def line(accession, known_at, cusip, shares, number=1, *, period=Q3, manager=1, **more):
    row = dict.fromkeys(HOLDINGS.schema) | {
        "manager_cik": manager,
        "period_end": period,
        "accession": accession,
        "line": number,
        "issuer": cusip,
        "cusip": cusip,
        "value_filed": shares * 10,
        "value_usd": shares * 10.0,
        "amount": shares,
        "amount_kind": "SH",
        "put_call": "",
        "status": "ok",
        "known_at": known_at,
    }
    return row | more


ORIGINAL = (report("o", at(11, 14)), [line("o", at(11, 14), APPLE, 100), line("o", at(11, 14), CISCO, 5, 2)])
RESTATED = (
    report("r", at(11, 20), form="13F-HR/A", amendment="RESTATEMENT"),
    [line("r", at(11, 20), APPLE, 10)],
)
ADDED = (
    report("n", at(12, 28), form="13F-HR/A", amendment="NEW HOLDINGS"),
    [line("n", at(12, 28), GOOGLE, 7)],
)


def tables(*filed):
    reports = HOLDING_REPORTS.frame([one for one, _ in filed])
    return reports, HOLDINGS.frame([each for _, lines in filed for each in lines])


def held(as_of, *filed):
    rows = positions(lines_held(*tables(*filed), as_of))
    return {(row["cusip"], row["put_call"]): row["amount"] for row in rows.to_dicts()}


@pytest.mark.parametrize("order", list(permutations((ORIGINAL, RESTATED, ADDED))))
def test_failure_case_29_a_restatement_replaces_and_new_holdings_add_each_from_its_own_instant(order):
    assert held(at(11, 14, 15), *order) == {}
    assert held(at(11, 14), *order) == {(APPLE, ""): 100, (CISCO, ""): 5}
    assert held(at(11, 20) - timedelta(microseconds=1), *order) == {(APPLE, ""): 100, (CISCO, ""): 5}
    assert held(at(11, 20), *order) == {(APPLE, ""): 10}
    assert held(at(12, 28), *order) == {(APPLE, ""): 10, (GOOGLE, ""): 7}


def test_a_restatement_after_new_holdings_tells_everything_itself():
    late = (report("r", at(12, 30), form="13F-HR/A", amendment="RESTATEMENT"), [line("r", at(12, 30), CISCO, 6)])
    assert held(at(12, 29), ORIGINAL, ADDED, late) == {(APPLE, ""): 100, (CISCO, ""): 5, (GOOGLE, ""): 7}
    assert held(at(12, 30), ORIGINAL, ADDED, late) == {(CISCO, ""): 6}


def test_additions_known_before_a_late_original_are_not_lost():
    late = (report("o", at(1, 9, year=2024)), [line("o", at(1, 9, year=2024), APPLE, 3)])
    assert held(at(12, 28), ADDED, late) == {(GOOGLE, ""): 7}
    assert held(at(1, 9, year=2024), ADDED, late) == {(APPLE, ""): 3, (GOOGLE, ""): 7}


def test_new_holdings_that_repeat_the_whole_report_count_nothing_twice():
    again = (
        report("n", at(12, 28), form="13F-HR/A", amendment="NEW HOLDINGS"),
        [line("n", at(12, 28), APPLE, 100), line("n", at(12, 28), GOOGLE, 7, 2)],
    )
    assert held(at(12, 28), ORIGINAL, again) == {(APPLE, ""): 100, (CISCO, ""): 5, (GOOGLE, ""): 7}


def test_new_holdings_of_a_security_that_is_there_add_to_it():
    more = (report("n", at(12, 28), form="13F-HR/A", amendment="NEW HOLDINGS"), [line("n", at(12, 28), APPLE, 40)])
    assert held(at(12, 28), ORIGINAL, more)[APPLE, ""] == 140


def test_an_amendment_that_could_not_be_read_makes_the_quarter_suspect_and_changes_nothing():
    unread = (report("u", at(11, 20), form="13F-HR/A", status="absent", reasons="text_table"), [])
    rows = positions(lines_held(*tables(ORIGINAL, unread), at(11, 20)))
    assert rows["status"].to_list() == ["suspect", "suspect"]
    assert rows["amount"].to_list() == [100, 5]
    assert positions(lines_held(*tables(ORIGINAL, unread), at(11, 19)))["status"].to_list() == ["ok", "ok"]


def test_failure_case_29_puts_and_calls_are_apart_and_placeholders_are_nothing():
    known = at(11, 14)
    options = (
        report("o", known),
        [
            line("o", known, APPLE, 100),
            line("o", known, APPLE, 20, 2),
            line("o", known, APPLE, 30, 3, put_call="put"),
            line("o", known, APPLE, 40, 4, put_call="call"),
            line("o", known, "000000000", 0, 5, status="absent"),
        ],
    )
    assert held(known, options) == {(APPLE, ""): 120, (APPLE, "put"): 30, (APPLE, "call"): 40}


def test_a_sum_with_a_missing_part_is_missing():
    known = at(11, 14)
    part = (report("o", known), [line("o", known, APPLE, 100), line("o", known, APPLE, 1, 2, amount=None)])
    assert held(known, part) == {(APPLE, ""): None}


def before(*lines, **more):
    known = at(8, 14)
    return (report("b", known, period=Q2, **more), [line("b", known, *each, period=Q2) for each in lines])


def moved(as_of, *filed):
    reports, lines = tables(*filed)
    rows = changes(positions(lines_held(reports, lines, as_of)), reports, as_of)
    return {
        (row["period_end"], row["cusip"]): (row["change"], row["amount_change"], row["status"])
        for row in rows.to_dicts()
    }


def test_quarter_on_quarter_change_by_hand():
    earlier = before((APPLE, 100), (GOOGLE, 8, 2), (CISCO, 9, 3))
    assert moved(at(11, 14), earlier, ORIGINAL) == {
        (Q3, APPLE): ("kept", 0, "ok"),
        (Q3, GOOGLE): ("closed", -8, "ok"),
        (Q3, CISCO): ("reduced", -4, "ok"),
    }
    assert moved(at(11, 20), earlier, ORIGINAL, RESTATED)[Q3, CISCO] == ("closed", -9, "ok")
    assert moved(at(11, 13), earlier, ORIGINAL) == {}


def test_a_first_report_and_a_missing_quarter_are_no_changes():
    known = at(2, 14, year=2024)
    later = (report("l", known, period=Q4), [line("l", known, APPLE, 1, period=Q4)])
    assert moved(known, before((CISCO, 1)), later) == {}


def test_failure_case_29_a_notice_after_a_report_is_no_sale():
    notice = (report("t", at(11, 14), form="13F-NT", lines=0), [])
    assert moved(at(11, 14), before((CISCO, 1)), notice) == {}


def test_failure_case_29_what_is_new_or_closed_beside_confidential_positions_is_suspect():
    earlier = before((APPLE, 100), (GOOGLE, 8, 2), confidential=True)
    found = moved(at(11, 14), earlier, ORIGINAL)
    assert found[Q3, APPLE] == ("kept", 0, "ok")
    assert found[Q3, CISCO] == ("new", 5, "suspect")
    assert found[Q3, GOOGLE] == ("closed", -8, "suspect")


def test_what_is_missing_beside_a_suspect_report_is_a_suspect_sale():
    earlier = before((APPLE, 100), (GOOGLE, 8, 2))
    half = (report("o", at(11, 14), status="suspect", reasons="entry_count_differs"), [ORIGINAL[1][0]])
    assert moved(at(11, 14), earlier, half)[Q3, GOOGLE] == ("closed", -8, "suspect")
    # After the report that is doubtful: what was not in it may be older than it looks.
    doubtful = before((APPLE, 100), status="suspect", reasons="entry_count_differs")
    assert moved(at(11, 14), doubtful, ORIGINAL)[Q3, CISCO] == ("new", 5, "suspect")


def test_failure_case_29_additions_without_the_report_they_add_to_are_suspect_and_sell_nothing():
    unread = (report("o", at(11, 14), status="absent", reasons="text_table"), [])
    rows = positions(lines_held(*tables(unread, ADDED), at(12, 28)))
    assert rows.select("cusip", "amount", "status").rows() == [(GOOGLE, 7, "suspect")]
    assert moved(at(12, 28), before((APPLE, 100)), ADDED)[Q3, APPLE] == ("closed", -100, "suspect")


def test_a_report_that_was_read_again_keeps_its_place_before_its_amendment():
    """As when a data set, which tells only the day, is stored beside the filing itself."""
    again = (report("o", at(11, 21)), [line("o", at(11, 21), APPLE, 100), line("o", at(11, 21), CISCO, 5, 2)])
    reports = pl.concat([tables(ORIGINAL, RESTATED)[0], tables(again)[0]])
    lines = pl.concat([tables(ORIGINAL, RESTATED)[1], tables(again)[1]])
    assert positions(lines_held(reports, lines, at(11, 22)))["amount"].to_list() == [10]


def links(*rows):
    known = at(1, 1)
    full = [(cusip, start, end, instrument, "", known) for cusip, start, end, instrument in rows]
    return pl.DataFrame(full, schema=CUSIPS.schema, orient="row")


def test_a_cusip_names_what_it_named_on_the_day_and_only_once_that_was_known():
    spans = links((APPLE, date(2000, 1, 1), date(2023, 9, 29), "old"), (APPLE, date(2023, 9, 30), None, "new"))
    asked = pl.DataFrame({"cusip": [APPLE, APPLE, CISCO], "period_end": [Q2, Q3, Q3]})
    assert identify_cusips(asked, spans, at(11, 1))["instrument_id"].to_list() == ["old", "new", None]
    unknown = identify_cusips(asked, spans, at(1, 1) - timedelta(seconds=1))
    assert unknown["instrument_id"].to_list() == [None, None, None]


def owned(as_of, *filed, **more):
    reports, lines = tables(*filed)
    named = identify_cusips(positions(lines_held(reports, lines, as_of)), LINKS, as_of)
    rows = institutional_ownership(named, reports, as_of, **more)
    return {(row["instrument_id"], row["period_end"]): row for row in rows.to_dicts()}


LINKS = links((APPLE, date(2000, 1, 1), None, "apple"), (CISCO, date(2000, 1, 1), None, "cisco"))


def test_ownership_and_breadth_by_hand():
    """Three managers: 1 keeps Apple and opens Cisco, 2 closes Apple, 3 reports for the first time."""
    second, third = at(11, 13), at(11, 10)
    filed = (
        before((APPLE, 100)),
        ORIGINAL,
        (report("b2", at(8, 11), period=Q2, manager=2), [line("b2", at(8, 11), APPLE, 50, period=Q2, manager=2)]),
        (report("o2", second, manager=2), [line("o2", second, GOOGLE, 1, manager=2)]),
        (
            report("o3", third, manager=3),
            [line("o3", third, APPLE, 25, manager=3), line("o3", third, APPLE, 9, 2, manager=3, put_call="put")],
        ),
    )
    outstanding = pl.DataFrame(
        [("apple", at(5, 1), 1000), ("apple", at(9, 1), 500), ("apple", at(10, 15), 1)],
        schema={"instrument_id": pl.String, "known_at": Instant, "shares": pl.Int64},
        orient="row",
    )
    rows = owned(at(11, 14), *filed, shares_outstanding=outstanding)
    apple = rows["apple", Q3]
    assert (apple["holders"], apple["holders_before"], apple["shares"], apple["managers"]) == (2, 2, 125, 3)
    assert (apple["opened"], apple["closed"], apple["managers_both"]) == (0, 1, 2)
    assert (apple["breadth"], apple["breadth_change"], apple["ownership_share"]) == (2 / 3, -0.5, 0.25)
    assert (rows["cisco", Q3]["holders"], rows["cisco", Q3]["breadth_change"]) == (1, 0.5)
    assert rows["cisco", Q3]["ownership_share"] is None
    assert not apple["complete"]
    assert owned(at(11, 15), *filed)["apple", Q3]["complete"]


def test_a_share_that_everybody_sold_is_still_told():
    gone = (report("o", at(11, 14)), [line("o", at(11, 14), CISCO, 1)])
    apple = owned(at(11, 14), before((APPLE, 100)), gone)["apple", Q3]
    assert (apple["holders"], apple["closed"], apple["shares"], apple["breadth"]) == (0, 1, 0, 0)


def test_suspect_positions_count_only_if_asked_for():
    doubtful = (report("o", at(11, 14), status="suspect", reasons="unit_unclear"), [line("o", at(11, 14), APPLE, 1)])
    assert owned(at(11, 14), doubtful) == {}
    assert owned(at(11, 14), doubtful, suspect=True)["apple", Q3]["holders"] == 1


def test_a_suspect_report_or_line_sells_nothing_and_its_manager_is_not_counted():
    """Manager 2 sold Apple; 1, whose report was read in part, and 3, of whose line the number is doubtful, did not."""
    filed = [(report(f"b{n}", at(8, 14), period=Q2, manager=n), []) for n in (1, 2, 3)]
    for earlier, lines in filed:
        n = earlier["manager_cik"]
        lines += [line(f"b{n}", at(8, 14), APPLE, 10, period=Q2, manager=n)]
    half = {"status": "suspect", "reasons": "entry_count_differs"}
    doubtful = line("o3", at(11, 14), APPLE, 10, manager=3, status="suspect", reasons="amount_negative")
    filed += [
        (report("o1", at(11, 14), **half), [line("o1", at(11, 14), CISCO, 1)]),
        (report("o2", at(11, 14), manager=2), [line("o2", at(11, 14), CISCO, 1, manager=2)]),
        (report("o3", at(11, 14), manager=3), [doubtful, line("o3", at(11, 14), CISCO, 1, 2, manager=3)]),
    ]
    apple = owned(at(11, 14), *filed)["apple", Q3]
    assert (apple["holders"], apple["closed"], apple["managers"], apple["managers_both"]) == (0, 1, 2, 2)
    asked = owned(at(11, 14), *filed, suspect=True)["apple", Q3]
    assert (asked["holders"], asked["closed"], asked["managers"]) == (1, 2, 3)


def test_failure_case_29_managers_with_confidential_positions_open_and_close_nothing():
    hidden = (report("o", at(11, 14), confidential=True), [line("o", at(11, 14), CISCO, 1)])
    rows = owned(at(11, 14), before((APPLE, 100)), hidden)
    assert ("apple", Q3) not in rows
    assert (rows["cisco", Q3]["opened"], rows["cisco", Q3]["breadth_change"]) == (0, None)


def test_reports_are_due_45_days_after_the_quarter_or_the_next_business_day():
    assert due_day(Q3) == date(2023, 11, 14)
    assert due_day(date(2024, 12, 31)) == date(2025, 2, 14)
    assert due_day(date(2024, 6, 30)) == date(2024, 8, 14)
    assert due_day(date(2022, 3, 31)) == date(2022, 5, 16)  # the 15th was a Sunday
    assert due_day(date(2020, 12, 31)) == date(2021, 2, 16)  # the 14th a Sunday, the 15th a holiday


def test_the_end_of_a_quarter_is_followed_by_that_of_the_next():
    ends = [date(2023, 3, 31), Q2, Q3, Q4, date(2024, 3, 31)]
    for earlier, later in pairwise(ends):
        known = datetime(later.year, later.month, later.day, tzinfo=UTC)
        filed = [
            (report(str(end), known, period=end), [line(str(end), known, APPLE, 1, period=end)])
            for end in (earlier, later)
        ]
        assert moved(known, *filed) == {(later, APPLE): ("kept", 0, "ok")}
