from __future__ import annotations

import pytest

from edgewise.core.errors import InvalidInput, NotConfigured
from edgewise.sources.http.identity import checked_identity


@pytest.mark.parametrize("identity", [None, "", "   ", "Example Research", "Example @ Research", "contact@localhost"])
def test_without_an_address_the_setting_and_an_example_are_named(identity):
    with pytest.raises(NotConfigured, match=r"EDGEWISE_IDENTITY.*contact@example\.com"):
        checked_identity(identity)


@pytest.mark.parametrize(
    "identity",
    [
        "Example a@b.com\r\nX-Evil: 1",
        "Example a@b.com\nHost: x",
        "a@b.com\x00",
        "Exämple a@b.com",
        "x" * 200 + "a@b.com",
    ],
)
def test_text_that_could_smuggle_a_header_is_refused(identity):
    with pytest.raises(InvalidInput, match="HTTP header"):
        checked_identity(identity)


def test_blanks_around_it_do_not_matter():
    assert checked_identity("\n Acme Inc it@acme.co.uk \t") == "Acme Inc it@acme.co.uk"
