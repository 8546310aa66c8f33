"""Opening a model folder: only whole, honest ones, and a refusal that says what is wrong."""

from hashlib import sha256

import pytest

from edgewise.adapters.onnx import open_folder, packaged_models
from edgewise.core.errors import Hostile, NotFound, TooLarge, Unparsable, Unusable
from tests.tiny_models import rewrite, tone_folder


@pytest.fixture
def folder(tmp_path):
    return tone_folder(tmp_path / "tone-tiny")


def test_a_whole_folder_opens_and_is_named_by_its_bytes(folder):
    opened = open_folder(folder)
    digests = [sha256((folder / name).read_bytes()).hexdigest() for name in ("model.onnx", "tokenizer.json")]
    assert opened.version == "tone-tiny-1"
    assert opened.fingerprint == sha256("".join(sorted(digests)).encode()).hexdigest()[:12]
    assert open_folder(str(folder)).fingerprint == opened.fingerprint


def test_the_same_bytes_elsewhere_have_the_same_fingerprint_and_others_another(folder, tmp_path):
    assert open_folder(tone_folder(tmp_path / "copy")).fingerprint == open_folder(folder).fingerprint
    other = open_folder(tone_folder(tmp_path / "other", backwards=True))
    assert other.fingerprint != open_folder(folder).fingerprint


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_failure_case_34_a_file_with_one_other_bit_is_refused(folder, name):
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(Unusable, match=name) as caught:
        open_folder(folder)
    assert caught.value.code == "model_corrupted"


def test_failure_case_34_a_file_changed_after_the_folder_was_opened_is_refused_when_it_is_loaded(folder):
    opened = open_folder(folder)
    (folder / "model.onnx").write_bytes(b"other")
    with pytest.raises(Unusable, match=r"model\.onnx"):
        opened.graph()


@pytest.mark.parametrize("name", ["model.json", "model.onnx", "tokenizer.json"])
def test_a_missing_file_is_not_found(folder, name):
    (folder / name).unlink()
    with pytest.raises(NotFound, match=name):
        open_folder(folder)


def test_no_folder_at_all_is_not_found(tmp_path):
    with pytest.raises(NotFound, match="A model folder holds"):
        open_folder(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": "one"}, "version"),
        ({"name": "Tone Base"}, "name"),
        ({"kind": "oracle"}, "kind"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"self_test": []}, "self_test"),
        ({"outputs": []}, "outputs"),
        ({"name": None, "inputs": None}, "name: .*inputs: "),
        ({"inputs": ["input_ids", "pixels"]}, "pixels"),
        ({"files": {"tokenizer.json": "0"}}, r"neither model\.int8\.onnx nor model\.onnx"),
        ({"files": {"model.onnx": "0"}}, r"lists no tokenizer\.json"),
    ],
)
def test_a_manifest_that_cannot_be_is_refused_with_every_complaint(folder, changes, said):
    with pytest.raises(Unparsable, match=said):
        open_folder(rewrite(folder, **changes))


@pytest.mark.parametrize("text", ["", "[]", "not json", '{"name": "tone"', "\x00"])
def test_a_manifest_that_is_no_json_object_is_refused(folder, text):
    (folder / "model.json").write_text(text)
    with pytest.raises(Unparsable, match="is no model's"):
        open_folder(folder)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/b", "", ".hidden", "a\n"])
def test_failure_case_43_a_manifest_that_names_a_file_elsewhere_is_hostile(folder, name):
    files = {"model.onnx": "0", "tokenizer.json": "0", name: "0"}
    with pytest.raises(Hostile, match="names the file"):
        open_folder(rewrite(folder, files=files))


def test_a_manifest_of_megabytes_is_too_large(folder):
    (folder / "model.json").write_text(" " * 2**21)
    with pytest.raises(TooLarge):
        open_folder(folder)


def test_where_both_graphs_are_listed_the_quantised_one_runs(folder, tmp_path):
    other = tone_folder(tmp_path / "other", backwards=True)
    (folder / "model.int8.onnx").write_bytes((other / "model.onnx").read_bytes())
    opened = open_folder(_with_both(folder))
    assert opened.graph() == (other / "model.onnx").read_bytes()


def test_packaged_models_are_whole():
    for name, path in packaged_models().items():
        assert open_folder(path).manifest.name == name


def _with_both(folder):
    names = ("model.onnx", "model.int8.onnx", "tokenizer.json")
    return rewrite(folder, files={name: sha256((folder / name).read_bytes()).hexdigest() for name in names})
