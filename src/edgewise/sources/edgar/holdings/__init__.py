"""Form 13F, read: single filings and the SEC's quarterly data sets, both to the same rows."""

from edgewise.sources.edgar.holdings.data_set import read_data_set
from edgewise.sources.edgar.holdings.form import FORMS_13F, read_form
from edgewise.sources.edgar.holdings.rows import ReadReports

__all__ = ["FORMS_13F", "ReadReports", "read_data_set", "read_form"]
