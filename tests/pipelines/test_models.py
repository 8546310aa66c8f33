"""Model folders on their way through the registry and the document store to another machine."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from edgewise.adapters.disk import DiskBlobStore
from edgewise.adapters.sql import SqlModelRegistry, open_database
from edgewise.core.errors import Hostile, InvalidInput, NotFound, TooLarge, Unparsable, Unusable
from edgewise.core.model_registry import ModelStatus, parse_reference
from edgewise.lake import DocumentStore
from edgewise.pipelines.models import card_of, fetch_model, register_folder, registered

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
GRAPH, TOKENIZER, CARD = b"a graph\x00" * 100, b'{"model": "words"}', b"# tone\n\nIt reads sentences.\n"


@pytest.fixture
def registry(tmp_path):
    database = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    database.upgrade()
    yield SqlModelRegistry(database)
    database.close()


@pytest.fixture
def documents(tmp_path):
    return DocumentStore(DiskBlobStore(tmp_path / "documents"))


def write_folder(folder, *, version=1, graph=GRAPH, **manifest):
    folder.mkdir(parents=True, exist_ok=True)
    files = {"model.onnx": graph, "tokenizer.json": TOKENIZER}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "CARD.md").write_bytes(CARD)
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    said = {"name": "tone", "version": version, "kind": "tone", "files": digests, "metrics": {"macro_f1": 0.81}}
    (folder / "model.json").write_text(json.dumps(said | manifest))
    return folder


@pytest.fixture
def register(registry, documents):
    return lambda folder: register_folder(folder, registry, documents, at=NOON, who="ann")


@pytest.fixture
def model(register, tmp_path):
    return register(write_folder(tmp_path / "exported")).model


def files_of(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


class TestRegister:
    def test_what_the_folder_says_is_on_record(self, model):
        digests = sorted(hashlib.sha256(data).hexdigest() for data in (GRAPH, TOKENIZER))
        assert (model.label, model.kind, model.status) == ("tone-1", "tone", ModelStatus.CANDIDATE)
        assert model.fingerprint == hashlib.sha256("".join(digests).encode()).hexdigest()[:12]
        assert model.metrics == {"macro_f1": 0.81}
        assert set(model.files) == {"model.json", "CARD.md", "model.onnx", "tokenizer.json"}
        assert (model.registered_at, model.registered_by) == (NOON, "ann")

    def test_the_same_folder_again_is_not_new(self, register, model, tmp_path):
        again = register(tmp_path / "exported")
        assert (again.new, again.model) == (False, model)

    def test_registering_again_brings_back_a_file_that_was_lost(self, register, model, documents, tmp_path):
        for blob in (tmp_path / "documents").rglob(f"{model.files['model.onnx']}*"):
            blob.unlink()
        with pytest.raises(NotFound, match=r"model\.onnx of tone-1 is not in the document store"):
            fetch_model(model, documents, tmp_path / "cache")
        register(tmp_path / "exported")
        assert fetch_model(model, documents, tmp_path / "cache").is_dir()

    def test_the_same_version_with_other_bytes_is_an_error(self, register, model, registry, tmp_path):
        with pytest.raises(InvalidInput, match=r"another model\.json, model\.onnx") as refused:
            register(write_folder(tmp_path / "other", graph=b"another graph"))
        assert refused.value.code == "other_bytes"
        assert registry.models() == [model]

    def test_the_same_version_with_other_labels_is_an_error(self, register, model, tmp_path):
        with pytest.raises(InvalidInput, match=r"another model.json \("):
            register(write_folder(tmp_path / "other", labels=["positive", "neutral", "negative"]))
        assert model.version == 1

    def test_failure_case_34_a_file_that_is_not_what_the_manifest_says_is_refused(self, register, registry, tmp_path):
        folder = write_folder(tmp_path / "exported")
        (folder / "model.onnx").write_bytes(GRAPH[:-1])
        with pytest.raises(Unusable, match="has the digest") as refused:
            register(folder)
        assert refused.value.code == "model_corrupted"
        assert registry.models() == []

    @pytest.mark.parametrize(
        ("manifest", "kind", "told"),
        [
            (b"", Unparsable, "is not JSON"),
            (b"[1]", Unparsable, "is not an object"),
            (b"[" * 100_000, Unparsable, "is not JSON"),
            (b'{"name": "tone", "metrics": {"f1": NaN}}', Unparsable, "NaN"),
            (b'{"name": "tone", "kind": "tone"}', Unparsable, "lacks version, files"),
            (b'{"name": "t", "version": 1, "kind": "t", "files": {"../x": "aa"}}', Hostile, "names the file '../x'"),
            (b'{"name": "t", "version": 1, "kind": "t", "files": {"x": 7}}', Unparsable, "no digest of x"),
            (b'{"name": "t", "version": 1, "kind": "t", "files": {}}', InvalidInput, "no files"),
            (b'{"name": "t", "version": true, "kind": "t", "files": {"x": "aa"}}', InvalidInput, "version True"),
            (b" " * (1 << 20) + b"{}", TooLarge, "more than"),
        ],
    )
    def test_a_manifest_that_cannot_be_used_is_refused(self, register, tmp_path, manifest, kind, told):
        folder = write_folder(tmp_path / "exported")
        (folder / "model.json").write_bytes(manifest)
        with pytest.raises(kind, match=told):
            register(folder)

    @pytest.mark.parametrize("lost", ["model.json", "model.onnx"])
    def test_a_folder_without_its_files_is_refused(self, register, tmp_path, lost):
        folder = write_folder(tmp_path / "exported")
        (folder / lost).unlink()
        with pytest.raises(NotFound, match=f"{lost} cannot be read"):
            register(folder)

    def test_a_model_needs_no_card(self, register, documents, tmp_path):
        folder = write_folder(tmp_path / "exported")
        (folder / "CARD.md").unlink()
        assert card_of(register(folder).model, documents) == ""


class TestFetch:
    def test_another_machine_gets_every_byte(self, model, documents, tmp_path):
        folder = fetch_model(model, documents, tmp_path / "cache")
        assert folder == tmp_path / "cache" / "tone" / f"1-{model.fingerprint}"
        assert files_of(folder) == files_of(tmp_path / "exported")
        assert list(folder.parent.iterdir()) == [folder]

    def test_what_is_there_already_is_used(self, model, documents, tmp_path):
        first = fetch_model(model, documents, tmp_path / "cache")
        written = (first / "model.onnx").stat().st_mtime_ns
        lost = DocumentStore(DiskBlobStore(tmp_path / "empty"))
        assert fetch_model(model, lost, tmp_path / "cache") == first
        assert (first / "model.onnx").stat().st_mtime_ns == written

    @pytest.mark.parametrize("damage", ["changed", "lost"])
    def test_a_damaged_copy_is_replaced(self, model, documents, tmp_path, damage):
        folder = fetch_model(model, documents, tmp_path / "cache")
        if damage == "changed":
            (folder / "model.onnx").write_bytes(b"rot")
        else:
            (folder / "tokenizer.json").unlink()
        assert fetch_model(model, documents, tmp_path / "cache") == folder
        assert files_of(folder) == files_of(tmp_path / "exported")
        assert list(folder.parent.iterdir()) == [folder]

    def test_many_may_fetch_at_once(self, model, documents, tmp_path):
        with ThreadPoolExecutor(4) as pool:
            folders = list(pool.map(lambda _: fetch_model(model, documents, tmp_path / "cache"), range(8)))
        assert len(set(folders)) == 1
        assert files_of(folders[0]) == files_of(tmp_path / "exported")
        assert list(folders[0].parent.iterdir()) == [folders[0]]

    def test_a_registry_that_was_changed_by_hand_is_refused(self, model, documents, tmp_path):
        with pytest.raises(Unusable, match="not 000000000000") as refused:
            fetch_model(replace(model, fingerprint="0" * 12), documents, tmp_path / "cache")
        assert refused.value.code == "model_corrupted"
        assert not (tmp_path / "cache").exists()

    def test_a_file_that_was_exchanged_in_the_registry_is_refused(self, model, documents, tmp_path):
        other = documents.put(b"a graph of somebody else")
        with pytest.raises(Unusable, match="Somebody changed the registry"):
            fetch_model(replace(model, files={**model.files, "model.onnx": other}), documents, tmp_path / "cache")

    def test_a_model_without_a_manifest_is_refused(self, model, documents, tmp_path):
        files = {name: sha256 for name, sha256 in model.files.items() if name != "model.json"}
        with pytest.raises(Unparsable, match="is not JSON"):
            fetch_model(replace(model, files=files), documents, tmp_path / "cache")


class TestRegistered:
    def test_by_version_and_by_place(self, registry, model):
        assert registered(registry, parse_reference("tone@1")) == model
        registry.promote("tone", 1, ModelStatus.SHADOW, at=NOON, who="ann", why="to be seen")
        assert registered(registry, parse_reference("tone@shadow")).version == 1

    def test_who_is_not_there_is_told_with_who_is(self, registry, model):
        with pytest.raises(NotFound, match=r"no model is tone@production\. There are tone@1 \(candidate\)"):
            registered(registry, parse_reference("tone"))
        with pytest.raises(NotFound, match=r"no model is tone@2\. "):
            registered(registry, parse_reference("tone@2"))
        with pytest.raises(NotFound, match="no model 'mood' is registered"):
            registered(registry, parse_reference("mood"))
        assert model.version == 1
