"""The wiring of served scores and of who may ask the API."""

import pytest

from edgewise.app.house import House
from edgewise.app.settings import Settings
from edgewise.core.errors import NotConfigured, NotFound

KEY = "a-key-that-is-long-enough"


@pytest.fixture
def house(tmp_path):
    def open_house(**settings):
        return House(Settings(_env_file=None, home=tmp_path / "home", **settings))

    return open_house


def test_scores_are_read_from_the_lake_and_the_database_of_the_house(house):
    with house() as opened:
        assert opened.served_scores.newest("standard") is None
        with pytest.raises(NotFound, match="edgewise scores compute"):
            opened.score_reader.day()


def test_without_settings_everybody_may_ask_and_no_other_site(house):
    with house() as opened:
        access = opened.api_access
    assert (dict(access.keys), access.per_minute, access.origins) == ({}, 600.0, ())


def test_keys_rate_and_sites_come_from_the_settings(house):
    with house(
        api_keys=f"ann:{KEY}", api_per_minute=30, api_origins=" https://a.example/, https://b.example"
    ) as opened:
        access = opened.api_access
    assert (access.holder(KEY), access.holder("other")) == ("ann", None)
    assert (access.per_minute, access.origins) == (30, ("https://a.example", "https://b.example"))


def test_a_key_that_is_none_is_refused_and_no_key_is_shown(house):
    settings = {"api_keys": f"ann:{KEY},ann:{KEY}"}
    with house(**settings) as opened, pytest.raises(NotConfigured) as told:
        _ = opened.api_access
    assert KEY not in str(told.value)
    with house(**settings) as opened:
        assert KEY not in repr(opened.settings)
