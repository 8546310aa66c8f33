import hashlib
from dataclasses import replace

import pytest

from edgewise.core.errors import InvalidInput
from edgewise.core.model_registry import ModelReference, ModelStatus, RegisteredModel, fingerprint_of, parse_reference

MODEL = RegisteredModel("tone-fast", 2, "tone", "0123456789ab", {"model.onnx": "a" * 64})


class TestRegisteredModel:
    def test_its_label_is_what_score_rows_carry(self):
        assert MODEL.label == "tone-fast-2"

    @pytest.mark.parametrize(
        ("fields", "told"),
        [
            ({"name": ""}, "name ''"),
            ({"name": "Tone"}, "name 'Tone'"),
            ({"name": "tone/fast"}, "name 'tone/fast'"),
            ({"name": "tone-"}, "name 'tone-'"),
            ({"name": "t" * 65}, "name 'ttt"),
            ({"kind": "a b"}, "kind 'a b'"),
            ({"version": 0}, "version 0"),
            ({"version": True}, "version True"),
            ({"version": 2**31}, "version 2147483648"),
            ({"fingerprint": "0123"}, "fingerprint '0123'"),
            ({"fingerprint": "0123456789AB"}, "fingerprint '0123456789AB'"),
            ({"files": {}}, "no files"),
            ({"files": {"../model.onnx": "a" * 64}}, "'../model.onnx' is not a plain file name"),
            ({"files": {".hidden": "a" * 64}}, "'.hidden' is not a plain file name"),
            ({"files": {"model.onnx": "a" * 63}}, "model.onnx has no SHA-256"),
        ],
    )
    def test_what_cannot_be_a_model_is_refused(self, fields, told):
        with pytest.raises(InvalidInput, match=told.replace(".", r"\.")):
            replace(MODEL, **fields)

    def test_all_complaints_are_told_at_once(self):
        with pytest.raises(InvalidInput, match=r"name .*; version .*; fingerprint"):
            RegisteredModel("", -1, "tone", "", {"model.onnx": "a" * 64})


class TestReference:
    @pytest.mark.parametrize(
        ("text", "reference"),
        [
            ("tone", ModelReference("tone", alias=ModelStatus.PRODUCTION)),
            ("tone@production", ModelReference("tone", alias=ModelStatus.PRODUCTION)),
            ("risk_category@shadow", ModelReference("risk_category", alias=ModelStatus.SHADOW)),
            ("tone-fast@12", ModelReference("tone-fast", version=12)),
        ],
    )
    def test_by_version_and_by_place(self, text, reference):
        assert parse_reference(text) == reference
        assert parse_reference(str(reference)) == reference

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "@1",
            "tone@",
            "tone@0",
            "tone@-1",
            "tone@1.5",
            "tone@archived",
            "tone@candidate",
            "Tone@1",
            "a b",
            "tone@²",
        ],
    )
    def test_anything_else_is_refused_with_the_way_to_write_it(self, text):
        with pytest.raises(InvalidInput, match="Write NAME@VERSION"):
            parse_reference(text)


def test_a_fingerprint_depends_on_the_bytes_and_not_on_their_order():
    digests = [hashlib.sha256(data).hexdigest() for data in (b"graph", b"tokenizer")]
    assert fingerprint_of(digests) == fingerprint_of(reversed(digests))
    by_hand = hashlib.sha256((min(digests) + max(digests)).encode()).hexdigest()
    assert fingerprint_of(digests) == by_hand[:12]
    assert fingerprint_of(digests[:1]) != fingerprint_of(digests)
