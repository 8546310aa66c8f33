"""What a head's folder may hold: every lie in it is refused, and nothing in it is run."""

import json
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.errors import EdgewiseError, NotFound, TooLarge, Unparsable, Unusable
from edgewise.text.risk_categories.head import MANIFEST, WEIGHTS, open_head, packaged_head, read_head
from edgewise.text.risk_categories.learned import labels_of_taxonomy

LABELS = len(labels_of_taxonomy())


def test_weights_and_bias_come_back_as_they_were_written(folder):
    matrix = np.arange(LABELS * 5, dtype=np.float64).reshape(LABELS, 5)
    head = open_head(folder(matrix))
    assert np.array_equal(head.weights, matrix[:, :4])
    assert np.array_equal(head.bias, matrix[:, 4])
    assert head.labels == labels_of_taxonomy()
    assert (head.embedder, head.embedder_fingerprint, head.dimensions) == ("counting-1", "c0ffee", 2)
    assert head.self_test == (("nuts", "supply"), ("bolts", "facilities"))


def test_the_fingerprint_names_weights_and_manifest(folder):
    one = open_head(folder()).fingerprint
    assert open_head(folder()).fingerprint == one
    assert open_head(folder(phrase_weight=3.0)).fingerprint != one
    assert open_head(folder(np.ones((LABELS, 4)))).fingerprint != one


@pytest.mark.parametrize("name", [MANIFEST, WEIGHTS])
def test_a_folder_without_one_of_its_files_is_not_found(folder, name):
    path = folder()
    (path / name).unlink()
    with pytest.raises(NotFound, match=name):
        open_head(path)


@pytest.mark.parametrize(("name", "size"), [(MANIFEST, 2**20 + 1), (WEIGHTS, 2**24 + 1)])
def test_a_file_no_honest_head_has_is_not_read(folder, name, size):
    path = folder()
    with (path / name).open("wb") as file:
        os.truncate(file.fileno(), size)
    with pytest.raises(TooLarge, match=name):
        open_head(path)


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 200_000, "null", "\xff"])
def test_a_manifest_that_is_no_object_is_unparsable(text):
    with pytest.raises(Unparsable, match=MANIFEST):
        read_head(text.encode("latin-1"), b"")


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"kind": "tone"}, "kind"),
        ({"name": 7}, "name"),
        ({"version": 0}, "version"),
        ({"version": True}, "version"),
        ({"body_characters": 1.5}, "body_characters"),
        ({"phrase_weight": 1e300}, "phrase_weight"),
        ({"labels": []}, "labels"),
        ({"labels": ["a", "a"]}, "labels"),
        ({"labels": "talent"}, "labels"),
        ({"embedder": None}, "embedder"),
        ({"embedder": {"version": "v", "fingerprint": "f", "dimensions": -1}}, "dimensions"),
        ({"files": {"other": "hash"}}, "hash"),
        ({"self_test": []}, "self_test"),
        ({"self_test": [{"text": "nuts"}]}, "self_test"),
        ({"self_test": {"text": "nuts"}}, "self_test"),
    ],
)
def test_a_manifest_that_says_something_else_is_unparsable(folder, changed, complaint):
    with pytest.raises(Unparsable, match=complaint):
        open_head(folder(**changed))


def test_all_complaints_come_at_once(folder):
    with pytest.raises(Unparsable, match=r"kind.*labels"):
        open_head(folder(kind="tone", labels=None))


def test_weights_of_another_hash_are_corrupted(folder):
    path = folder()
    data = bytearray((path / WEIGHTS).read_bytes())
    data[7] ^= 1
    (path / WEIGHTS).write_bytes(data)
    with pytest.raises(Unusable, match="hash") as refused:
        open_head(path)
    assert refused.value.code == "model_corrupted"


@pytest.mark.parametrize(
    "matrix", [np.zeros((LABELS, 1)), np.zeros((LABELS - 1, 80)), np.full((LABELS, 5), np.nan), np.zeros((0, 0))]
)
def test_weights_of_another_number_or_that_are_no_numbers_are_corrupted(folder, matrix):
    with pytest.raises(Unusable) as refused:
        open_head(folder(matrix))
    assert refused.value.code == "model_corrupted"


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_bytes_are_refused_by_an_error_of_ours(manifest, weights):
    with pytest.raises(EdgewiseError):
        read_head(manifest, weights)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_any_value_in_any_place_of_a_manifest_is_refused_by_an_error_of_ours(value):
    names = ("name", "version", "kind", "labels", "embedder", "files", "self_test")
    with pytest.raises(EdgewiseError):
        read_head(json.dumps(dict.fromkeys(names, value)).encode(), b"")


def test_the_packaged_head_tells_what_it_learned_from_and_how_good_it_is():
    told = json.loads((packaged_head() / MANIFEST).read_text())
    assert told["data"]["real"] >= 600
    assert told["checked"]["factors"] == told["data"]["real"]
    card = (packaged_head() / "CARD.md").read_text()
    assert f"{told['checked']['accuracy']:.3f}" in card
    assert told["data"]["fingerprint"] in card
