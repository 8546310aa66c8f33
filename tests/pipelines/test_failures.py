"""What could not be brought in stays a row until it comes."""

from datetime import UTC, datetime, timedelta

import pytest

from edgewise.lake import Lake
from edgewise.pipelines.failures import Refused, open_failures, record_outcomes

AT = datetime(2024, 6, 28, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_failure_is_open_from_when_it_was_seen_until_it_came_and_nothing_is_forgotten(tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    one = {"AAA": Refused("throttled", "again AAA", "too fast")}
    record_outcomes(lake, "prices", ["AAA", "BBB"], one, at=AT)
    record_outcomes(lake, "news", ["AAA"], {}, at=AT + DAY)  # another ingester's success mends nothing
    record_outcomes(lake, "prices", ["BBB"], {}, at=AT + DAY)  # nor does what was not asked for
    assert open_failures(lake, "prices")["asked"].to_list() == ["AAA"]
    record_outcomes(lake, "prices", ["AAA"], {}, at=AT + 2 * DAY)
    assert open_failures(lake).is_empty()
    assert open_failures(lake, as_of=AT + DAY).select("asked", "reason", "retry", "command").rows() == [
        ("AAA", "throttled", True, "again AAA")
    ]
    assert open_failures(lake, as_of=AT - DAY).is_empty()


@pytest.mark.parametrize(("reason", "passes"), [("throttled,not_found", True), ("not_found", False), ("", False)])
def test_one_of_several_reasons_that_may_pass_is_enough(reason, passes):
    assert Refused(reason, "again").retry is passes
