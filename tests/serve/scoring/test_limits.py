import pytest

from edgewise.core.errors import InvalidInput
from edgewise.serve.scoring import Limits


@pytest.mark.parametrize("name", ["request_bytes", "waiting_documents", "sentences", "body_s"])
@pytest.mark.parametrize("value", [0, -1])
def test_a_limit_under_which_nothing_could_pass_is_refused(name, value):
    with pytest.raises(InvalidInput, match=name):
        Limits(**{name: value})


@pytest.mark.parametrize("name", ["cache_bytes", "gather_s"])
def test_a_cache_and_the_gathering_can_be_switched_off(name):
    assert getattr(Limits(**{name: 0}), name) == 0
    with pytest.raises(InvalidInput, match=name):
        Limits(**{name: -1})
