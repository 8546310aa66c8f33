"""Errors tell what to do, say by their type whether to retry, and cross process borders whole."""

from __future__ import annotations

import pickle

import pytest

from edgewise.core import errors
from edgewise.core.errors import EdgewiseError, Permanent, Throttled, Transient


def every_error(kind: type[EdgewiseError] = EdgewiseError) -> list[type[EdgewiseError]]:
    ours = (child for child in kind.__subclasses__() if child.__module__ == errors.__name__)
    return [kind, *(leaf for child in ours for leaf in every_error(child))]


def test_the_message_is_what_happened_and_what_to_do():
    assert str(errors.InvalidInput("'x' is not a CIK.", advice="Give digits.")) == "'x' is not a CIK. Give digits."


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_every_error_is_in_one_branch_has_a_code_and_stands_in_the_drawing(kind):
    assert kind.__name__ in (errors.__doc__ or "")
    assert kind.reason.replace("_", "").isalpha()
    if kind not in (EdgewiseError, Transient, Permanent):
        assert issubclass(kind, Transient) != issubclass(kind, Permanent)


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_an_error_survives_the_way_between_processes(kind):
    error = kind("it broke", advice="mend it", reason="special")
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), copy.code) == (kind, "it broke. mend it", "special")


def test_a_throttled_error_keeps_the_wish_of_the_service_between_processes():
    assert pickle.loads(pickle.dumps(Throttled("slow down", retry_after_s=7.5))).retry_after_s == 7.5
