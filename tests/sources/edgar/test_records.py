from __future__ import annotations

import pickle

import pytest

from edgewise.core.identifiers import Accession, Cik
from edgewise.sources.edgar.records import Cover, Party, Role, SubmissionHeader

ACCESSION = Accession("0000001234-25-000001")


@pytest.mark.parametrize(("form", "amends"), [("10-K", False), ("10-K/A", True), ("8-K12B", False), ("4/A", True)])
def test_failure_case_25_only_a_form_with_a_slash_a_amends(form, amends):
    assert SubmissionHeader(ACCESSION, form).is_amendment is amends
    assert Cover(form=form).is_amendment is amends


def test_a_cover_without_a_form_amends_nothing():
    assert not Cover().is_amendment


def test_the_issuer_is_the_first_party_in_that_role():
    parties = (Party(Cik(1), Role.OWNER), Party(Cik(2), Role.ISSUER), Party(Cik(3), Role.ISSUER))
    assert SubmissionHeader(ACCESSION, "4", parties=parties).issuer == parties[1]
    assert SubmissionHeader(ACCESSION, "4").issuer is None


def test_records_cross_process_borders():
    header = SubmissionHeader(ACCESSION, "4", parties=(Party(Cik(2), Role.ISSUER),))
    assert pickle.loads(pickle.dumps(header)) == header
