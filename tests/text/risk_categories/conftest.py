import json

import pytest

from edgewise.text.risk_categories.head import MANIFEST, WEIGHTS
from tests.text.risk_categories.heads import manifest, weights


@pytest.fixture
def folder(tmp_path):
    """Return a function that writes a head and returns its folder; a manifest's values can be changed."""

    def written(matrix=None, **changed):
        matrix = weights() if matrix is None else matrix
        (tmp_path / WEIGHTS).write_bytes(matrix.astype("<f4").tobytes())
        (tmp_path / MANIFEST).write_text(json.dumps(manifest(matrix, **changed)))
        return tmp_path

    return written
