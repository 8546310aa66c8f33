"""The wiring: which adapter a setting brings, and what is shared with whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from edgewise.adapters import onnx
from edgewise.adapters.disk import FileLimit
from edgewise.adapters.sql import SqlQueue, SqlSeen
from edgewise.adapters.sql.limit import SqlLimit
from edgewise.app.house import House
from edgewise.app.settings import Settings
from edgewise.core.errors import InvalidInput, NotConfigured, NotFound, ServiceUnavailable, Unusable
from edgewise.simulate.server import SimulatedClock, serve
from edgewise.sources.http import SpacedLimit
from edgewise.text.risk_categories.head import packaged_head
from tests.tiny_models import embedding_folder, tone_folder


@pytest.fixture
def house_with(tmp_path):
    opened = []

    def make(**settings) -> House:
        house = House(Settings(home=tmp_path / "home", **settings))
        opened.append(house)
        return house.__enter__()

    yield make
    for house in opened:
        house.__exit__(None, None, None)


def test_without_settings_queue_and_first_seen_set_are_tables_of_the_database(house_with):
    house = house_with()
    assert isinstance(house.queue, SqlQueue)
    assert isinstance(house.seen, SqlSeen)


@pytest.mark.parametrize("setting", ["queue", "seen"])
def test_a_plain_path_is_no_queue_and_no_first_seen_set(house_with, setting):
    with pytest.raises(InvalidInput, match=f"EDGEWISE_{setting.upper()} cannot be a plain path"):
        getattr(house_with(**{setting: "somewhere"}), setting)


@pytest.mark.parametrize(("url", "kind"), [("", FileLimit), ("database", SqlLimit), ("this", SpacedLimit)])
def test_the_rate_is_shared_as_widely_as_the_setting_says(house_with, url, kind):
    limit = house_with(limit=url, rate_per_s=4).limit
    assert isinstance(limit, kind)
    limit.wait(patience_s=5)
    assert limit.rate_per_s == 4


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_file_of_ones_own_can_hold_the_limit(house_with, tmp_path, scheme):
    house_with(limit=f"{scheme}{tmp_path / 'shared-limit'}").limit.wait(patience_s=5)
    assert (tmp_path / "shared-limit").is_file()


def test_a_rate_of_nothing_lifts_the_limit_for_a_mirror_and_never_for_the_sec(house_with):
    assert house_with(rate_per_s=0, edgar="http://127.0.0.1:9", identity="A Co a@example.com").fetcher is not None
    with pytest.raises(InvalidInput, match="never asked without a limit"):
        _ = house_with(rate_per_s=0, identity="A Co a@example.com").fetcher


def test_the_clock_is_the_machines_unless_a_simulated_server_is_asked(house_with, market):
    begins = datetime(2024, 6, 28, 20, tzinfo=UTC)
    with serve(market.folder, SimulatedClock(begins, 0.0)) as server:
        simulated = house_with(edgar=server.url)
        assert simulated.clock.now() == begins
        assert simulated.simulated
    real = house_with()
    assert abs(real.clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    assert not real.simulated


def test_a_home_that_holds_simulated_data_says_so_when_the_server_is_gone(house_with, market):
    with serve(market.folder, SimulatedClock(datetime(2024, 6, 28, tzinfo=UTC), 0.0)) as server:
        house_with(edgar=server.url).mark_simulated()
    assert house_with(edgar=server.url).simulated


def test_a_mirror_that_does_not_answer_has_no_time_to_tell(house_with):
    house = house_with(edgar="http://127.0.0.1:9")
    assert not house.simulated
    with pytest.raises(ServiceUnavailable):
        _ = house.clock


class TestToneModel:
    def test_without_a_setting_it_counts_words(self, house_with):
        assert house_with().tone_model.version == "lexicon-1"

    @pytest.mark.parametrize("scheme", ["", "file://"])
    def test_a_model_folder_reads_sentences(self, house_with, tmp_path, scheme):
        folder = tone_folder(tmp_path / "model")
        model = house_with(tone=f"{scheme}{folder}").tone_model
        assert model.version == "tone-tiny-1"
        assert model.score(["Strong growth in each year."])["net"][0] > 0

    def test_a_packaged_model_goes_by_its_name(self, house_with, tmp_path, monkeypatch):
        folder = tone_folder(tmp_path / "model")
        monkeypatch.setattr(onnx, "packaged_models", lambda: {"tone-tiny": folder})
        assert house_with(tone="tone-tiny").tone_model.version == "tone-tiny-1"

    def test_what_is_no_model_is_refused_with_the_names_that_are(self, house_with, tmp_path, monkeypatch):
        monkeypatch.setattr(onnx, "packaged_models", lambda: {"tone-tiny": tmp_path})
        with pytest.raises(NotFound, match="Packaged models: tone-tiny"):
            _ = house_with(tone="tone-huge").tone_model

    def test_a_scheme_that_holds_no_models_is_refused(self, house_with):
        with pytest.raises(InvalidInput, match="EDGEWISE_TONE"):
            _ = house_with(tone="sqs://tone").tone_model

    def test_a_model_of_vectors_is_no_model_of_tone(self, house_with, tmp_path):
        folder = embedding_folder(tmp_path / "model")
        with pytest.raises(Unusable, match="not of tone"):
            _ = house_with(tone=str(folder)).tone_model
        assert house_with(embedder=str(folder)).embedder.version == "vectors-tiny-1"

    def test_vectors_come_from_the_packaged_encoder_unless_another_is_named(self, house_with):
        assert house_with().embedder.version == "minilm-1"

    def test_with_an_empty_name_there_are_no_vectors(self, house_with):
        with pytest.raises(NotConfigured, match="EDGEWISE_EMBEDDER"):
            _ = house_with(embedder="").embedder

    def test_keywords_or_the_trained_head_say_what_a_risk_is_about(self, house_with):
        assert house_with().risk_categories.name == "keywords"
        learned = house_with(risk_categories="learned", embedder="").risk_categories
        assert learned.name == "learned"
        assert learned.version.startswith("risk-head-1-")

    def test_failure_case_34_a_head_named_over_an_encoder_that_is_not_its_own_is_refused(self, house_with, tmp_path):
        other = str(embedding_folder(tmp_path / "model"))
        with pytest.raises(Unusable, match="vectors-tiny-1"):
            _ = house_with(risk_categories=str(packaged_head()), embedder=other).risk_categories

    def test_what_is_no_head_is_refused_and_keywords_do_not_take_its_place(self, house_with, tmp_path):
        with pytest.raises(NotFound, match=r"head\.json"):
            _ = house_with(risk_categories=str(tmp_path)).risk_categories
