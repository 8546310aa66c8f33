import hashlib
import json

import pytest

from edgewise.adapters.onnx.folder import open_folder
from edgewise.app.house import House
from edgewise.app.settings import Settings
from tests.tiny_models import tone_folder


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def models(edgewise, home):
    return lambda *words, **settings: edgewise("models", *words, **{"home": home, "executor": "this"} | settings)


@pytest.fixture
def folder(tmp_path):
    """Return a function that writes a model folder of a version and gives its path."""

    def write(version):
        made = tmp_path / f"tone-{version}"
        made.mkdir()
        graph = f"graph {version}".encode()
        (made / "model.onnx").write_bytes(graph)
        (made / "CARD.md").write_text(f"# tone {version}\n\nReads [sentences].\n")
        digests = {"model.onnx": hashlib.sha256(graph).hexdigest()}
        said = {"name": "tone", "version": version, "kind": "tone", "files": digests}
        (made / "model.json").write_text(json.dumps(said | {"metrics": {"phrasebank": {"macro_f1": 0.8}}}))
        return str(made)

    return write


@pytest.fixture
def two(models, folder):
    """Two registered versions."""
    for version in (1, 2):
        assert models("register", folder(version), "--who", "ann").status == 0


def test_an_empty_registry_says_how_to_begin(models):
    assert models("list").out == "No model is registered. Bring one in: edgewise models register FOLDER\n"
    assert models("list", "--json").json == []


def test_registering_tells_what_to_do_next_and_again_that_it_was_there(models, folder):
    where = folder(1)
    first, again = models("register", where), models("register", where)
    assert "tone@1" in first.out
    assert "edgewise models promote tone@1 --why" in first.out
    assert "was registered before, it is candidate" in again.out
    assert [models("register", where, "--json").json["new"], models("list", "--json").json[0]["version"]] == [False, 1]


def test_promoting_and_rolling_back(models, two):  # noqa: ARG001 - registered there
    assert "tone@1 is now production" in models("promote", "tone@1", "--why", "the first").out
    assert "tone@2 is now shadow" in models("promote", "tone@2", "--to", "shadow", "--why", "to be seen").out
    assert "tone@2 is now production" in models("promote", "tone@shadow", "--why", "better", "--who", "bob").out
    assert "tone@2 was already production" in models("promote", "tone@2", "--why", "better").out
    assert "tone@1 is back in production" in models("rollback", "tone", "--why", "only bad news").out
    shown = models("show", "tone", "--json").json
    assert (shown["version"], shown["status"]) == (1, "production")
    assert [(move["old"], move["new"], move["back"]) for move in shown["moves"] if move["alias"] == "production"] == [
        (None, 1, False),
        (1, 2, False),
        (2, 1, True),
    ]
    assert shown["moves"][-1]["why"] == "only bad news"
    assert {row["version"]: row["status"] for row in models("list", "--json").json} == {1: "production", 2: "archived"}


def test_json_tells_what_moved(models, two):  # noqa: ARG001 - as above
    moved = {"name": "tone", "version": 1, "status": "production", "moved": True}
    assert models("promote", "tone@1", "--why", "x", "--json").json == moved
    assert models("promote", "tone@1", "--why", "x", "--json").json == moved | {"moved": False}
    models("promote", "tone@2", "--why", "x")
    assert models("rollback", "tone", "--why", "x", "--json").json == moved


def test_a_person_sees_the_files_the_metrics_the_history_and_the_card(models, two):  # noqa: ARG001 - as above
    models("promote", "tone@2", "--why", "held out", "--who", "bob")
    shown = models("show", "tone@2").out
    assert "metric phrasebank macro f1  0.8000" in shown
    assert hashlib.sha256(b"graph 2").hexdigest() in shown
    assert "held out" in shown
    assert "bob" in shown
    assert shown.endswith("# tone 2\n\nReads [sentences].\n\n")
    assert "tone@2" in models("list").out


def test_every_change_is_in_the_run_ledger(edgewise, models, two, home):  # noqa: ARG001 - as above
    models("promote", "tone@1", "--why", "x")
    ran = [run["command"] for run in edgewise("runs", "list", "--json", home=home).json]
    assert ran == ["models promote", "models register", "models register"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "mood"), "no model 'mood' is registered"),
        (("show", "tone@3"), "no model is tone@3. There are tone@2 (candidate), tone@1 (candidate)."),
        (("show", "tone@3@4"), "names no version and no place"),
        (("promote", "tone", "--why", "x"), "no model is tone@production"),
        (("promote", "tone@1", "--to", "candidate", "--why", "x"), "was already candidate"),
        (("promote", "tone@1", "--why", " "), "is not told why"),
        (("rollback", "tone", "--why", "x"), "no version of tone stands in production"),
        (("rollback", "tone", "--alias", "archived", "--why", "x"), "archived is not a place"),
        (("register", "nowhere"), "nowhere/model.json cannot be read"),
    ],
)
def test_what_cannot_be_is_one_sentence(models, two, words, told):  # noqa: ARG001 - as above
    ended = models(*words)
    assert told in ended.complaint + ended.out
    assert ended.status == (0 if "already" in told else 1)


def test_a_reason_must_be_given(models, two):  # noqa: ARG001 - as above
    assert models("promote", "tone@1").status == 2


def test_a_setting_can_name_what_is_in_production(models, two, home):  # noqa: ARG001 - as above
    models("promote", "tone@2", "--why", "x")
    with House(Settings(home=home)) as house:
        folder = house.registered_model("registry://tone@production")
    assert (folder / "model.onnx").read_bytes() == b"graph 2"
    assert folder.is_relative_to(home / "models")


def test_the_registered_model_scores_and_another_machine_has_the_same_bytes(models, tmp_path, home):
    """The second home shares the database and the document store and has no model folder of its own."""
    exported = tone_folder(tmp_path / "exported")
    label = models("register", str(exported), "--json").json
    models("promote", f"{label['name']}@{label['version']}", "--why", "the first")
    shared = {"database": f"sqlite:///{home / 'state.db'}", "documents": str(home / "documents")}
    asked = {"tone": f"registry://{label['name']}@production", "executor": "this"}
    with House(Settings(home=tmp_path / "elsewhere", **shared, **asked)) as house:
        assert house.tone_model.version == f"{label['name']}-{label['version']}"
        assert house.tone_model.version in house.model_versions()
        assert list((tmp_path / "elsewhere" / "models").rglob("model.json"))
    fetched = next((tmp_path / "elsewhere" / "models").rglob("model.json")).parent
    assert open_folder(fetched).fingerprint == label["fingerprint"] == open_folder(exported).fingerprint


def test_without_the_registry_a_setting_that_names_it_is_one_sentence(edgewise, tmp_path):
    ended = edgewise("filings", "score", home=tmp_path / "home", executor="this", tone="registry://tone@production")
    assert ended.status == 1
    assert "no model 'tone' is registered" in ended.complaint
