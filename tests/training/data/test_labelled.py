import polars as pl
import pytest

from edgewise.core.errors import SchemaMismatch
from training.data.labelled import LABELLED, fingerprint, frame_fingerprint, labelled, split


def rows(count):
    return [(f"Sales of unit {n} rose.", 2, "made", f"company:{n % 50}", 1.0) for n in range(count)]


def test_the_fingerprint_is_the_sha256_of_letters_and_digits():
    # printf 'salesrose4' | sha256sum
    assert fingerprint("Sales rose: 4 %!") == "3feeb6c9b5deadc4"


def test_the_fingerprint_of_a_set_does_not_know_the_order_but_the_labels():
    frame = labelled(rows(5))
    other = frame.with_columns(label=pl.lit(0, dtype=pl.Int8))
    assert frame_fingerprint(frame) == frame_fingerprint(frame.reverse())
    assert frame_fingerprint(frame) != frame_fingerprint(other)


@pytest.mark.parametrize(
    "bad", [("Sales rose.", 3, "made", "", 1.0), ("Sales rose.", -1, "made", "", 1.0), (" ", 1, "made", "", 1.0)]
)
def test_a_label_that_is_no_tone_and_a_blank_sentence_are_refused(bad):
    with pytest.raises(SchemaMismatch):
        labelled([bad])


def test_no_company_is_on_both_sides_of_a_split():
    training, validation = split(labelled(rows(500)), share=0.2, seed=7)
    assert training.height + validation.height == 500
    assert set(training["group"]) & set(validation["group"]) == set()
    assert 3 <= validation["group"].n_unique() <= 20
    assert training.schema == LABELLED


def test_the_seed_alone_decides_the_split():
    frame = labelled(rows(500))
    assert split(frame, share=0.2, seed=7)[1].equals(split(frame, share=0.2, seed=7)[1])
    assert not split(frame, share=0.2, seed=8)[1].equals(split(frame, share=0.2, seed=7)[1])
