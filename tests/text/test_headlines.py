"""Headlines are told from headings. All lines but the last two of each list stand in filings of the archive."""

import pytest

from edgewise.text.headlines import is_headline


@pytest.mark.parametrize(
    "line",
    [
        "Apple Board of Directors Announces CEO Compensation",
        "UNION CAMP SAVANNAH LINERBOARD MACHINE SUFFERS EXTENSIVE DAMAGE",
        "ASTA FUNDING REPORTS RECORD THIRD QUARTER AND NINE MONTHS NET INCOME",
        "HOME HEALTH CORPORATION OF AMERICA, INC. TO MERGE WITH U.S. HOMECARE CORPORATION",
        "FUJITSU TELECOMMUNICATIONS EUROPE LIMITED (FTEL) AND WESTELL EXPAND STRATEGIC ALLIANCE",
        "Remaining Licensing Milestone Income Provides Strong Revenue Visibility",
        "Company Announces Record Results",
        "Acme to Sell Paper Business",
    ],
)
def test_a_line_with_a_verb_of_news_is_a_headline(line):
    assert is_headline(line.lower().split())


@pytest.mark.parametrize(
    "line",
    [
        "Limitation on Incorporation by Reference",
        "Departure of Brett Kaufman as Chief Financial Officer and Treasurer",
        "Management's Report on Internal Control Over Financial Reporting",
        "Our Website and Availability of SEC Reports and Other Information",
        "Common Stock Market Prices, Dividends and Stock Repurchases",
        "Issuer Repurchases of Equity Securities",
        "Time-Based Restricted Stock Unit Awards and Matching Share Awards",
        "AGREEMENT AND PLAN OF REORGANIZATION",
        "Stephen D. Axelrod, CFA",
        "Increases in Interest Rates",
        "What the Company Announces",
    ],
)
def test_a_heading_is_none(line):
    assert not is_headline(line.lower().split())


def test_nothing_is_no_headline():
    assert not is_headline([])
    assert not is_headline(["announces"])
