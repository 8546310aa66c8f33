"""What every model registry does, whatever keeps it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from edgewise.adapters.sql import SqlModelRegistry
from edgewise.adapters.sql.models import model_moves, models
from edgewise.core.errors import InvalidInput, NotFound
from edgewise.core.model_registry import ALIASES, ModelMove, ModelStatus, RegisteredModel

CANDIDATE, SHADOW, PRODUCTION, ARCHIVED = ModelStatus
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
ANN = {"at": NOON, "who": "ann", "why": "better on held-out sentences"}


@pytest.fixture
def registry(database):
    return SqlModelRegistry(database)


def tone(version=1, *, name="tone", **fields):
    digit = f"{version % 16:x}"
    whole = {
        "kind": "tone",
        "fingerprint": digit * 12,
        "files": {"model.onnx": digit * 64},
        "metrics": {"macro_f1": 0.8},
    }
    return RegisteredModel(name, version, **whole | fields)


def registered(registry, *versions, name="tone"):
    for version in versions:
        registry.register(tone(version, name=name), at=NOON, who="ann")


def statuses(registry, name="tone"):
    return {model.version: model.status for model in registry.models(name)}


class TestRegister:
    def test_a_new_version_is_a_candidate_and_kept_whole(self, registry):
        assert registry.register(tone(), at=NOON, who="ann")
        assert registry.model("tone", 1) == replace(tone(), registered_at=NOON, registered_by="ann")

    def test_the_same_again_is_not_new_and_changes_nothing(self, registry):
        registered(registry, 1)
        registry.promote("tone", 1, PRODUCTION, **ANN)
        before = registry.model("tone", 1)
        assert not registry.register(tone(), at=LATER, who="bob")
        assert registry.model("tone", 1) == before

    @pytest.mark.parametrize(
        ("other", "told"),
        [
            ({"files": {"model.onnx": "a" * 64}}, "another model.onnx"),
            ({"files": {"model.onnx": "1" * 64, "tokenizer.json": "1" * 64}}, "another tokenizer.json"),
            ({"fingerprint": "a" * 12}, "fingerprint 111111111111, not aaaaaaaaaaaa"),
            ({"kind": "embedding"}, "kind 'tone', not 'embedding'"),
        ],
    )
    def test_the_same_version_with_other_bytes_is_an_error(self, registry, other, told):
        registered(registry, 1)
        before = registry.model("tone", 1)
        with pytest.raises(InvalidInput, match=told) as refused:
            registry.register(tone(**other), at=LATER, who="bob")
        assert refused.value.code == "other_bytes"
        assert registry.model("tone", 1) == before

    def test_the_same_bytes_may_be_another_name_or_version(self, registry):
        registered(registry, 1)
        same = tone(1)
        assert registry.register(replace(same, version=2), at=NOON, who="ann")
        assert registry.register(replace(same, name="mood"), at=NOON, who="ann")

    @pytest.mark.parametrize("metric", [float("nan"), float("inf"), {1, 2}])
    def test_metrics_that_json_cannot_hold_are_refused(self, registry, metric):
        with pytest.raises(InvalidInput, match="not plain JSON"):
            registry.register(tone(metrics={"macro_f1": metric}), at=NOON, who="ann")
        assert registry.models() == []

    def test_somebody_registers_it(self, registry):
        with pytest.raises(InvalidInput, match="who registers it"):
            registry.register(tone(), at=NOON, who=" ")

    def test_the_instant_needs_a_zone(self, registry):
        with pytest.raises(InvalidInput, match="has no zone"):
            registry.register(tone(), at=NOON.replace(tzinfo=None), who="ann")


class TestLooking:
    def test_an_empty_registry_knows_nothing(self, registry):
        assert registry.models() == []
        assert registry.model("tone", 1) is None
        assert registry.standing("tone", PRODUCTION) is None
        assert registry.moves("tone") == []

    def test_models_come_by_name_and_the_newest_first(self, registry):
        registered(registry, 2, 10, 1)
        registered(registry, 1, name="mood")
        assert [model.label for model in registry.models()] == ["mood-1", "tone-10", "tone-2", "tone-1"]
        assert [model.label for model in registry.models("mood")] == ["mood-1"]

    @pytest.mark.parametrize("status", [CANDIDATE, ARCHIVED])
    def test_only_shadow_and_production_are_places(self, registry, status):
        with pytest.raises(InvalidInput, match="not a place"):
            registry.standing("tone", status)
        with pytest.raises(InvalidInput, match="not a place"):
            registry.roll_back("tone", status, **ANN)


class TestPromote:
    def test_production_changes_hands(self, registry):
        registered(registry, 1, 2)
        assert registry.promote("tone", 1, PRODUCTION, **ANN)
        assert registry.promote("tone", 2, PRODUCTION, at=LATER, who="bob", why="new data")
        assert statuses(registry) == {1: ARCHIVED, 2: PRODUCTION}
        assert registry.standing("tone", PRODUCTION).version == 2
        assert registry.moves("tone") == [
            ModelMove("tone", PRODUCTION, None, 1, NOON, "ann", "better on held-out sentences"),
            ModelMove("tone", PRODUCTION, 1, 2, LATER, "bob", "new data"),
        ]

    def test_from_shadow_to_production_leaves_the_shadow_empty(self, registry):
        registered(registry, 1)
        registry.promote("tone", 1, SHADOW, **ANN)
        registry.promote("tone", 1, PRODUCTION, **ANN)
        assert registry.standing("tone", SHADOW) is None
        assert [(move.alias, move.old, move.new) for move in registry.moves("tone")] == [
            (SHADOW, None, 1),
            (SHADOW, 1, None),
            (PRODUCTION, None, 1),
        ]

    def test_names_have_places_of_their_own(self, registry):
        registered(registry, 1)
        registered(registry, 1, name="mood")
        registry.promote("tone", 1, PRODUCTION, **ANN)
        registry.promote("mood", 1, PRODUCTION, **ANN)
        assert {model.status for model in registry.models()} == {PRODUCTION}

    def test_to_where_it_stands_moves_nothing(self, registry):
        registered(registry, 1)
        registry.promote("tone", 1, PRODUCTION, **ANN)
        assert not registry.promote("tone", 1, PRODUCTION, at=LATER, who="bob", why="once more")
        assert len(registry.moves("tone")) == 1

    def test_an_archived_version_can_come_back(self, registry):
        registered(registry, 1)
        registry.promote("tone", 1, ARCHIVED, **ANN)
        registry.promote("tone", 1, SHADOW, **ANN)
        assert statuses(registry) == {1: SHADOW}

    @pytest.mark.parametrize("to", [SHADOW, ARCHIVED])
    def test_production_is_never_left_empty(self, registry, to):
        registered(registry, 1)
        registry.promote("tone", 1, PRODUCTION, **ANN)
        with pytest.raises(InvalidInput, match="nothing of tone would be in production"):
            registry.promote("tone", 1, to, **ANN)
        assert statuses(registry) == {1: PRODUCTION}

    def test_nobody_becomes_a_candidate_again(self, registry):
        registered(registry, 1)
        registry.promote("tone", 1, SHADOW, **ANN)
        with pytest.raises(InvalidInput, match="cannot become a candidate again"):
            registry.promote("tone", 1, CANDIDATE, **ANN)

    def test_a_version_that_is_not_registered_is_not_found(self, registry):
        with pytest.raises(NotFound, match="no model 'tone' is registered"):
            registry.promote("tone", 1, PRODUCTION, **ANN)
        registered(registry, 1, 2)
        with pytest.raises(NotFound, match=r"has no version 3\. Registered are 2, 1"):
            registry.promote("tone", 3, PRODUCTION, **ANN)

    @pytest.mark.parametrize("silent", ["who", "why"])
    def test_who_and_why_are_said(self, registry, silent):
        registered(registry, 1)
        with pytest.raises(InvalidInput, match="is not told"):
            registry.promote("tone", 1, PRODUCTION, **ANN | {silent: ""})
        with pytest.raises(InvalidInput, match="is not told"):
            registry.roll_back("tone", PRODUCTION, **ANN | {silent: ""})

    def test_it_is_one_transaction(self, registry, database):
        """An instant without a zone is refused when the history is written: the versions stay where they stood."""
        registered(registry, 1, 2)
        registry.promote("tone", 1, PRODUCTION, **ANN)
        with pytest.raises(InvalidInput, match="has no zone"):
            registry.promote("tone", 2, PRODUCTION, **ANN | {"at": NOON.replace(tzinfo=None)})
        assert statuses(registry) == {1: PRODUCTION, 2: CANDIDATE}
        with database.read() as connection:
            assert len(connection.execute(select(model_moves)).all()) == 1

    def test_the_database_itself_refuses_a_second_version_in_production(self, registry, database):
        registered(registry, 1, 2)
        registry.promote("tone", 1, PRODUCTION, **ANN)
        with pytest.raises(InvalidInput, match="refuses a value"), database.write() as connection:
            connection.execute(models.update().where(models.c.version == 2).values(status=PRODUCTION))

    def test_two_who_promote_at_once_follow_each_other(self, registry):
        registered(registry, *range(1, 9))
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda version: registry.promote("tone", version, PRODUCTION, **ANN), range(1, 9)))
        moves = registry.moves("tone")
        assert sorted(move.new for move in moves) == list(range(1, 9))
        assert [move.old for move in moves] == [None, *(move.new for move in moves[:-1])]
        assert registry.standing("tone", PRODUCTION).version == moves[-1].new
        assert sorted(statuses(registry).values()) == [ARCHIVED] * 7 + [PRODUCTION]


class TestRollBack:
    def test_the_version_before_comes_back_and_again_the_one_before_that(self, registry):
        registered(registry, 1, 2, 3)
        for version in (1, 2, 3):
            registry.promote("tone", version, PRODUCTION, **ANN)
        assert registry.roll_back("tone", PRODUCTION, at=LATER, who="bob", why="it saw only bad news").version == 2
        assert statuses(registry) == {1: ARCHIVED, 2: PRODUCTION, 3: ARCHIVED}
        assert registry.moves("tone")[-1] == ModelMove(
            "tone", PRODUCTION, 3, 2, LATER, "bob", "it saw only bad news", back=True
        )
        assert registry.roll_back("tone", PRODUCTION, **ANN).version == 1

    def test_it_gives_the_version_as_it_now_stands(self, registry):
        registered(registry, 1, 2)
        registry.promote("tone", 1, PRODUCTION, **ANN)
        registry.promote("tone", 2, PRODUCTION, **ANN)
        assert registry.roll_back("tone", PRODUCTION, **ANN) == registry.standing("tone", PRODUCTION)

    def test_after_a_roll_back_a_promotion_goes_on_from_there(self, registry):
        registered(registry, 1, 2, 3)
        registry.promote("tone", 1, PRODUCTION, **ANN)
        registry.promote("tone", 2, PRODUCTION, **ANN)
        registry.roll_back("tone", PRODUCTION, **ANN)
        registry.promote("tone", 3, PRODUCTION, **ANN)
        assert registry.roll_back("tone", PRODUCTION, **ANN).version == 1

    def test_without_a_version_before_there_is_nothing_to_go_back_to(self, registry):
        with pytest.raises(NotFound, match="no version of tone stands in production"):
            registry.roll_back("tone", PRODUCTION, **ANN)
        registered(registry, 1)
        registry.promote("tone", 1, PRODUCTION, **ANN)
        with pytest.raises(NotFound, match="before tone-1 no version stood in production"):
            registry.roll_back("tone", PRODUCTION, **ANN)

    def test_a_shadow_that_was_left_is_not_who_stood_before(self, registry):
        registered(registry, 1, 2, 3)
        registry.promote("tone", 1, SHADOW, **ANN)
        registry.promote("tone", 2, SHADOW, **ANN)
        registry.promote("tone", 2, PRODUCTION, **ANN)
        registry.promote("tone", 3, SHADOW, **ANN)
        assert registry.roll_back("tone", SHADOW, **ANN).version == 1

    def test_who_stood_there_and_comes_back_does_not_come_before_itself(self, registry):
        registered(registry, 1, 2)
        registry.promote("tone", 1, SHADOW, **ANN)
        registry.promote("tone", 2, SHADOW, **ANN)
        registry.promote("tone", 2, ARCHIVED, **ANN)
        registry.promote("tone", 1, SHADOW, **ANN)
        with pytest.raises(NotFound, match="before tone-1 no version stood in shadow"):
            registry.roll_back("tone", SHADOW, **ANN)

    def test_a_shadow_does_not_go_back_to_what_is_in_production_now(self, registry):
        registered(registry, 1, 2)
        registry.promote("tone", 1, SHADOW, **ANN)
        registry.promote("tone", 2, SHADOW, **ANN)
        registry.promote("tone", 1, PRODUCTION, **ANN)
        with pytest.raises(InvalidInput, match="nothing of tone would be in production"):
            registry.roll_back("tone", SHADOW, **ANN)

    def test_production_goes_back_to_what_is_in_the_shadow_now(self, registry):
        registered(registry, 1, 2)
        registry.promote("tone", 1, PRODUCTION, **ANN)
        registry.promote("tone", 2, PRODUCTION, **ANN)
        registry.promote("tone", 1, SHADOW, **ANN)
        assert registry.roll_back("tone", PRODUCTION, **ANN).version == 1
        assert registry.standing("tone", SHADOW) is None


VERSIONS = st.integers(1, 4)


class RegistryBesideDictionary(RuleBasedStateMachine):
    """Any history of promotions and roll-backs leaves the places as two plain stacks would hold them."""

    database = None

    @initialize()
    def open(self):
        with self.database.write() as connection:
            connection.execute(model_moves.delete())
            connection.execute(models.delete())
        self.registry = SqlModelRegistry(self.database)
        registered(self.registry, 1, 2, 3, 4)
        self.status = dict.fromkeys(range(1, 5), CANDIDATE)
        self.stacks = {SHADOW: [], PRODUCTION: []}

    def leave(self, version):
        if self.status[version] is SHADOW:
            self.stacks[SHADOW].pop()
        self.status[version] = ARCHIVED

    def present(self, alias):
        return next((version for version, status in self.status.items() if status is alias), None)

    def come(self, version, alias):
        if (present := self.present(alias)) is not None:
            self.status[present] = ARCHIVED
        self.leave(version)
        self.status[version] = alias

    @rule(version=VERSIONS, to=st.sampled_from([SHADOW, PRODUCTION, ARCHIVED]))
    def promote(self, version, to):
        if self.status[version] is PRODUCTION is not to:
            with pytest.raises(InvalidInput):
                self.registry.promote("tone", version, to, **ANN)
            return
        moved = self.status[version] is not to
        assert self.registry.promote("tone", version, to, **ANN) is moved
        if not moved:
            return
        if to is ARCHIVED:
            self.leave(version)
            return
        self.come(version, to)
        if self.stacks[to][-1:] != [version]:
            self.stacks[to].append(version)

    @rule(alias=st.sampled_from(ALIASES))
    def roll_back(self, alias):
        stack = self.stacks[alias]
        if self.present(alias) is None or len(stack) < 2:
            with pytest.raises(NotFound):
                self.registry.roll_back("tone", alias, **ANN)
        elif alias is SHADOW and self.status[stack[-2]] is PRODUCTION:
            with pytest.raises(InvalidInput):
                self.registry.roll_back("tone", alias, **ANN)
        else:
            stack.pop()
            assert self.registry.roll_back("tone", alias, **ANN).version == stack[-1]
            self.come(stack[-1], alias)

    @invariant()
    def all_stand_where_they_should(self):
        assert statuses(self.registry) == self.status


def test_any_history_leaves_each_version_where_two_stacks_would_have_it(database):
    RegistryBesideDictionary.database = database
    few = settings(max_examples=6, stateful_step_count=25, deadline=None, derandomize=True)
    run_state_machine_as_test(RegistryBesideDictionary, settings=few)
