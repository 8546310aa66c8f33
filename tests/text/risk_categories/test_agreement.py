"""Agreement with readers, on cases small enough to count."""

import pytest

from edgewise.core.errors import InvalidInput
from edgewise.text.risk_categories.agreement import Agreement, Label, agreement
from edgewise.text.risk_categories.declared import taxonomy


def judged(predicted, *labels):
    return agreement(predicted, [Label(*label) for label in labels], taxonomy())


def test_the_four_shares_are_those_counted_by_hand():
    # Right; right family; acceptable of another family; wrong in all.
    said = judged(
        ["talent", "talent", "tax", "other"],
        ("talent",),
        ("labor",),
        ("trade", ("tax", "climate")),
        ("brand", ("demand",)),
    )
    assert said == Agreement(
        factors=4, category=1 / 4, family=3 / 4, category_acceptable=2 / 4, family_acceptable=3 / 4
    )


def test_an_acceptable_category_of_another_family_counts_as_acceptable_only():
    assert judged(["climate"], ("trade", ("climate",))) == Agreement(1, 0.0, 0.0, 1.0, 1.0)


def test_other_is_a_label_like_the_rest():
    assert judged(["other"], ("other",)).category == 1.0


@pytest.mark.parametrize("predicted", [[], ["tax"], ["tax", "tax", "tax"]])
def test_predictions_without_labels_are_refused(predicted):
    with pytest.raises(InvalidInput):
        agreement(predicted, [] if not predicted else [Label("tax"), Label("tax")], taxonomy())


@pytest.mark.parametrize(("predicted", "label"), [("taxes", Label("tax")), ("tax", Label("tax", ("duties",)))])
def test_a_category_nobody_declared_is_refused(predicted, label):
    with pytest.raises(InvalidInput, match=r"not in the taxonomy: (taxes|duties)"):
        agreement([predicted], [label], taxonomy())
