"""Reading a whole page as a filing."""

import pytest

from edgewise.text.furniture import Furniture
from edgewise.text.items.read import item_text
from edgewise.text.reading import read_filing
from tests.text.items.pages import FILED


class Reading:
    """What was read of a page, by part and item."""

    def __init__(self, filing):
        self.document = filing.document
        self.items = {item.key: item for item in filing.items}
        self._furniture = Furniture(filing.document)

    def __getitem__(self, key):
        return self.items[key]

    def text(self, part, item):
        return item_text(self.document, self.items[part, item], self._furniture)

    @property
    def found(self):
        return [key for key, item in self.items.items() if item.begin >= 0]

    @property
    def statuses(self):
        return {key: (item.status, *item.reasons) for key, item in self.items.items()}


@pytest.fixture
def read():
    """Read a page as a form filed on a day."""

    def read(source, form="10-K", filed=FILED, file_name="page.htm"):
        body = source if isinstance(source, bytes) else source.encode()
        return Reading(read_filing(body, form=form, filed=filed, file_name=file_name))

    return read
