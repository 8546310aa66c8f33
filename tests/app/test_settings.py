"""Settings: from the environment and a .env file, frozen, complaining of everything at once, silent about secrets."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from edgewise.app.settings import Settings, load_settings
from edgewise.core.errors import NotConfigured


def test_without_any_setting_everything_is_embedded_in_one_folder():
    settings = load_settings()
    assert settings.home == Path("edgewise-data")
    assert (settings.lake_url, settings.documents_url) == ("edgewise-data/lake", "edgewise-data/documents")
    assert settings.database_url == f"sqlite:///{Path.cwd() / 'edgewise-data' / 'state.db'}"
    assert settings.cache == Path("edgewise-data/http-cache")
    assert (settings.edgar, settings.rate_per_s) == ("", 8.0)


def test_the_environment_is_read(monkeypatch):
    monkeypatch.setenv("EDGEWISE_HOME", "/somewhere")
    monkeypatch.setenv("EDGEWISE_RATE_PER_S", "2.5")
    settings = load_settings()
    assert (settings.home, settings.rate_per_s) == (Path("/somewhere"), 2.5)


def test_a_dotenv_file_of_the_working_directory_is_read_and_the_environment_wins(monkeypatch):
    Path(".env").write_text("EDGEWISE_HOME=/from-file\nEDGEWISE_EXECUTOR=this\n# a remark\nOTHER=1\n")
    monkeypatch.setenv("EDGEWISE_HOME", "/from-environment")
    settings = load_settings()
    assert (settings.home, settings.executor) == (Path("/from-environment"), "this")


def test_what_is_passed_wins_over_the_environment(monkeypatch):
    monkeypatch.setenv("EDGEWISE_HOME", "/from-environment")
    assert load_settings(home=Path("/passed")).home == Path("/passed")


def test_urls_that_are_set_are_used_as_they_are(monkeypatch):
    for name, url in {"LAKE": "s3://bucket/lake", "DOCUMENTS": "/docs", "DATABASE": "sqlite:////state.db"}.items():
        monkeypatch.setenv(f"EDGEWISE_{name}", url)
    settings = load_settings()
    assert (settings.lake_url, settings.documents_url) == ("s3://bucket/lake", "/docs")
    assert settings.database_url == "sqlite:////state.db"


@pytest.mark.parametrize("rate", ["-1", "10.5", "nan", "fast"])
def test_a_rate_that_the_sec_does_not_allow_is_refused(rate, monkeypatch):
    monkeypatch.setenv("EDGEWISE_RATE_PER_S", rate)
    with pytest.raises(NotConfigured, match="EDGEWISE_RATE_PER_S"):
        load_settings()


def test_a_mirror_has_a_rate_limit_of_its_own_so_that_its_blocks_hold_no_request_to_the_sec():
    mirrors = [load_settings(edgar=f"http://127.0.0.1:{port}").limit_file for port in (8000, 8001)]
    assert len({*mirrors, load_settings().limit_file}) == 3
    assert load_settings(edgar="https://archive.example").limit_file != load_settings().limit_file


def test_all_complaints_come_at_once(monkeypatch):
    monkeypatch.setenv("EDGEWISE_RATE_PER_S", "99")
    with pytest.raises(NotConfigured) as refused:
        load_settings(executor=7)
    assert "EDGEWISE_RATE_PER_S: input should be less than or equal to 10" in str(refused.value)
    assert "EDGEWISE_EXECUTOR: input should be a valid string" in str(refused.value)


def test_settings_cannot_be_changed_once_read():
    with pytest.raises(ValidationError):
        load_settings().rate_per_s = 1.0


def test_a_database_url_that_may_hold_a_password_is_not_shown(monkeypatch):
    monkeypatch.setenv("EDGEWISE_DATABASE", "postgresql://me:hush@host/db")
    assert "hush" not in repr(load_settings())
    assert "hush" not in str(load_settings())


def test_every_setting_says_what_it_means():
    assert all(field.description for field in Settings.model_fields.values())
