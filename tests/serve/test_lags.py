from datetime import UTC, date, datetime, timedelta

import pytest

from edgewise.core.identifiers import Accession, Cik
from edgewise.core.ports import FilingWork
from edgewise.serve.lags import FORM_GROUPS, Lag, Milestone, form_group, lags, quantile

ACCEPTED = datetime(2024, 5, 1, 20, tzinfo=UTC)


def work(number=1, form="8-K", *, seen=2, stored=None, scored=None, accepted=ACCEPTED, filed=date(2024, 5, 1)):
    def at(second):
        return None if second is None else ACCEPTED + timedelta(seconds=second)

    return FilingWork(
        Accession(f"0000320193-24-{number:06d}"),
        "https://example.test/",
        Cik(320193),
        form=form,
        filed_date=filed,
        accepted_at=accepted,
        first_seen_at=at(seen),
        fetched_at=at(stored),
        scored_at=at(scored),
    )


def of(found, form, to):
    return next(each for each in found if (each.form, each.to) == (form, to))


def test_percentiles_are_values_that_were_there():
    values = [float(number) for number in range(1, 101)]
    assert [quantile(values, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50, 95, 99, 100]
    assert [quantile([3.0], share) for share in (0.5, 0.95, 0.99)] == [3, 3, 3]
    assert quantile([1.0, 9.0], 0.5) == 1
    assert quantile([], 0.5) is None


def test_all_milestones_of_one_filing():
    found = lags([work(stored=40, scored=41)])
    assert of(found, "all", Milestone.STORED) == Lag("all", Milestone.STORED, 1, 40, 40, 40, 0, 0, 0)
    assert [of(found, "8-K", to).p50_s for to in Milestone] == [2, 40, 41]


def test_groups_stand_in_their_order_with_all_first():
    found = lags([work(1, "4"), work(2, "10-K/A"), work(3, "CORRESP")])
    assert [each.form for each in found if each.to is Milestone.SEEN] == ["all", "10-K", "ownership", "other"]


def test_what_cannot_be_timed_is_told_and_does_not_count():
    week = 7 * 86400
    found = lags([work(1, accepted=None), work(2, seen=week + 1, stored=week + 2), work(3), work(4, stored=30)])
    assert of(found, "all", Milestone.STORED) == Lag("all", Milestone.STORED, 1, 30, 30, 30, 1, 1, 1)


def test_a_form_without_words_is_not_waited_for_at_the_score():
    found = of(lags([work(form="4", stored=5), work(2, stored=5)]), "all", Milestone.SCORED)
    assert (found.filings, found.not_yet) == (0, 1)


def test_a_filing_of_the_evening_is_public_in_the_morning():
    """Failure case 19: accepted after 17:30 Eastern, filed and public on the next business day at 6:00."""
    opens = datetime(2024, 5, 2, 10, tzinfo=UTC)
    late = work(accepted=datetime(2024, 5, 1, 22, tzinfo=UTC), filed=date(2024, 5, 2), seen=0)
    seen = FilingWork(
        **{name: getattr(late, name) for name in late.__slots__} | {"first_seen_at": opens + timedelta(seconds=9)}
    )
    assert of(lags([seen]), "all", Milestone.SEEN).p50_s == 9


def test_no_filings_are_no_lags():
    assert [each for each in lags([]) if each.filings or each.p50_s is not None] == []


@pytest.mark.parametrize(
    "form", ["10-K", "10-KSB40", "10-QT/A", "8-K12G3", "13F-HR", "3", "5/A", "6-K", "S-1", "", "x" * 99]
)
def test_each_form_has_a_group(form):
    assert form_group(form) in FORM_GROUPS
