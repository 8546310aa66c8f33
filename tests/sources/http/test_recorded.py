from __future__ import annotations

from datetime import UTC, datetime

import pytest

from edgewise.core.errors import Unparsable
from edgewise.sources.http.recorded import Recorded, chosen, parse_index, question_of

FEED = "https://www.sec.gov/cgi-bin/browse-edgar?action=getcurrent&start=0&type="
INDEX = f"""session\tpath\turl\tfeed_updated\tentries
A\ta.atom\t{FEED}\t2025-12-12T18:03:31-05:00\t100
B\tb.atom\t{FEED}\t2025-12-12T23:03:30+00:00\t100
C\tc.atom\t{FEED}&more=1\t\t0
"""


def test_the_recordings_of_a_question_are_found_in_any_spelling():
    recordings = parse_index(INDEX, origin="INDEX.tsv")
    swapped = "https://WWW.sec.gov/cgi-bin/browse-edgar?type=&start=0&action=getcurrent"
    assert recordings[question_of(swapped)] == [
        Recorded("A", "a.atom", datetime(2025, 12, 12, 23, 3, 31, tzinfo=UTC)),
        Recorded("B", "b.atom", datetime(2025, 12, 12, 23, 3, 30, tzinfo=UTC)),
    ]
    assert recordings[question_of(FEED + "&more=1")] == [Recorded("C", "c.atom")]
    assert question_of("https://www.sec.gov/cgi-bin/browse-edgar?action=getcurrent&start=0") not in recordings


def test_url_and_path_are_enough():
    recordings = parse_index(f"\ufeffurl\tpath\r\n{FEED}\tx/y.atom\r\n", origin="INDEX.tsv")
    assert recordings == {question_of(FEED): [Recorded("", "x/y.atom")]}


def test_the_newest_answer_is_chosen_by_instant_not_by_spelling():
    recordings = parse_index(INDEX, origin="INDEX.tsv")[question_of(FEED)]
    assert chosen(recordings, None).session == "A"
    assert chosen(recordings, "B").name == "b.atom"
    assert chosen(recordings, "D") is None


def test_among_equals_the_last_one_counts_and_the_undated_come_first():
    dated = Recorded("A", "dated", datetime(1995, 1, 1, tzinfo=UTC))
    assert chosen([Recorded("", "1"), Recorded("", "2")], None).name == "2"
    assert chosen([dated, Recorded("", "2")], None) is dated


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no column path and url"),
        ("session\tpath\nA\ta", "no column url"),
        ("url\tpath\nhttps://h/a?b", "line 2"),
        ("url\tpath\nhttps://h/a?b\tx\nnonsense\tx", "line 3.*nonsense"),
        ("url\tpath\tfeed_updated\nhttps://h/a?b\tx\tyesterday", "line 2.*yesterday"),
        ("url\tpath\tfeed_updated\nhttps://h/a?b\tx\t2025-12-12T18:03:31", "no zone"),
    ],
)
def test_a_damaged_index_names_its_line(text, complaint):
    with pytest.raises(Unparsable, match=complaint):
        parse_index(text, origin="INDEX.tsv")
