"""Reading a whole page as Item 1A."""

import pytest

from edgewise.text.document import read_document
from edgewise.text.risk_factors import read_risk_factors


@pytest.fixture
def read():
    """Read a page."""

    def read(source):
        body = source.encode()
        document = read_document(body)
        return read_risk_factors(document, 0, len(document), body=body)

    return read


@pytest.fixture
def outline_of(read):
    """Read a page; return the group and heading of each risk factor."""
    return lambda source: [(factor.group, factor.heading) for factor in read(source).factors]
