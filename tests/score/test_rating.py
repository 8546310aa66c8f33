"""How sure a score is: by completeness, lowered by age and by unrest."""

import polars as pl
import pytest

from edgewise.score.rating import confidence_of


@pytest.mark.parametrize(
    ("complete", "fresh", "stable", "expected"),
    [
        (0.91, 1.0, 1.0, "High"),
        (0.90, 1.0, 1.0, "Medium"),
        (0.70, 1.0, 1.0, "Medium"),
        (0.69, 1.0, 1.0, "Low"),
        (0.95, 0.4, 1.0, "Medium"),
        (0.95, 1.0, 0.4, "Medium"),
        (0.95, 0.4, 0.4, "Low"),
        (0.75, 0.4, 0.4, "Low"),
        (0.95, None, None, "High"),
        (None, 1.0, 1.0, None),
    ],
)
def test_confidence(complete, fresh, stable, expected):
    row = pl.DataFrame({"c": [complete], "f": [fresh], "s": [stable]}, schema=dict.fromkeys("cfs", pl.Float64))
    assert row.select(confidence_of(pl.col("c"), pl.col("f"), pl.col("s"))).item() == expected
