"""Forms 3, 4 and 5 on disk, read as a stranger reads them, against the truth that stands beside them."""

import json
import re
from datetime import date

import polars as pl
import pytest
from lxml import etree

from edgewise.simulate import Plan
from edgewise.simulate.companies import invent_companies
from edgewise.simulate.directory import Filed
from edgewise.simulate.feed import feed_files
from edgewise.simulate.schedule import schedule_filings
from edgewise.sources.edgar.header import parse_header
from edgewise.sources.edgar.records import Role

NOTICE = "SIMULATED MARKET - NOT A REAL FILING"


@pytest.fixture(scope="module")
def forms(submissions):
    """(submission, tree) of each ownership form, once."""
    found = {}
    for read in submissions:
        (kind, name, content), *_ = read.documents
        if kind.removesuffix("/A") in {"3", "4", "5"}:
            assert name == "form4.xml"
            found[read.path.stem] = (read, etree.fromstring(content.encode()))
    return found


@pytest.fixture(scope="module")
def trades(simulated):
    return pl.read_parquet(simulated.insider_trades_truth)


def value(node, path):
    return node.findtext(f"{path}/value")


def lines(tree):
    return [*tree.iterfind("nonDerivativeTable/nonDerivativeTransaction"), *tree.iterfind(".//derivativeTransaction")]


def test_failure_case_28_each_line_of_the_xml_is_a_line_of_the_truth(forms, trades):
    rows = {(row["accession"], row["line"]): row for row in trades.iter_rows(named=True)}
    seen = set()
    for number, (_, tree) in forms.items():
        for place, line in enumerate(lines(tree), start=1):
            row = rows[number, place]
            seen.add((number, place))
            assert value(line, "securityTitle") == row["security"]
            assert value(line, "transactionDate") == str(row["transaction_date"])
            assert int(value(line, "transactionAmounts/transactionShares")) == row["shares"]
            assert value(line, "transactionAmounts/transactionAcquiredDisposedCode") == "DA"[row["acquired"]]
            assert int(value(line, "postTransactionAmounts/sharesOwnedFollowingTransaction")) == row["owned_after"]
            assert line.findtext("transactionCoding/transactionCode") == (row["code"] if row["coded"] else None)
            price = "conversionOrExercisePrice" if row["derivative"] else "transactionAmounts/transactionPricePerShare"
            assert float(value(line, price)) == pytest.approx(row["price"], abs=1e-9)
            assert value(line, "ownershipNature/natureOfOwnership") == (row["nature"] or None)
    assert seen == set(rows)


def test_shares_bought_in_the_market_cost_about_that_sessions_close(simulated, trades):
    listed = json.loads((simulated.folder / "www.sec.gov/files/company_tickers.json").read_text()).values()
    ciks = pl.DataFrame({"ticker": [one["ticker"] for one in listed], "cik": [one["cik_str"] for one in listed]})
    prices = pl.read_parquet(simulated.prices).join(ciks, on="ticker")
    bought = trades.filter("open_market_purchase").join(
        prices, left_on=["issuer_cik", "transaction_date"], right_on=["cik", "session"]
    )
    assert bought.height > 10
    assert (bought["price"] / bought["close"] - 1).abs().max() < 0.0081
    assert trades.filter(code="G")["price"].max() == 0


def test_failure_case_27_the_issuer_is_in_the_xml_whoevers_folder_the_form_stands_in(forms, submissions, truth):
    issuers = dict(truth.filter(role="issuer").select("accession", "cik").iter_rows())
    owners = truth.filter(role="reporting_owner").group_by("accession").agg("cik")
    owners = {accession: set(ciks) for accession, ciks in owners.iter_rows()}
    folders = {}
    for read in submissions:
        folders.setdefault(read.path.stem, set()).add(int(read.path.parents[1].name))
    for number, (_, tree) in forms.items():
        assert int(tree.findtext("issuer/issuerCik")) == issuers[number]
        assert {int(node.text) for node in tree.iterfind("reportingOwner/reportingOwnerId/rptOwnerCik")} == owners[
            number
        ]
        assert folders[number] == {issuers[number], *owners[number]}


def test_our_reader_of_headers_finds_issuer_and_owners(forms):
    for read, tree in forms.values():
        header, complaints = parse_header(read.header.encode())
        assert complaints == ()
        assert header.issuer is not None
        assert header.issuer.name == tree.findtext("issuer/issuerName")
        assert header.issuer.sic is not None
        named = {party.name for party in header.parties if party.role is Role.OWNER}
        assert named == {node.text for node in tree.iterfind("reportingOwner/reportingOwnerId/rptOwnerName")}
        assert str(header.period_end) == tree.findtext("periodOfReport")


def test_every_form_says_that_it_is_simulated_before_anything_else(forms):
    assert all(tree.getprevious().text.strip() == NOTICE for _, tree in forms.values())


def test_failure_case_28_the_flag_for_trading_plans_is_there_since_april_2023(forms, trades):
    planned = dict(trades.select("accession", "planned").iter_rows())
    flags = {number: tree.findtext("aff10b5One") for number, (_, tree) in forms.items() if number in planned}
    assert set(flags.values()) == {"0", "1"}
    assert all((flag == "1") == planned[number] for number, flag in flags.items())
    assert {tree.findtext("schemaVersion") for _, tree in forms.values()} == {"X0508"}
    assert all(tree.find("aff10b5One") is None for read, tree in forms.values() if tree.findtext("documentType") == "3")


def test_failure_case_28_an_amendment_names_the_day_of_its_original_and_gives_the_right_number(forms, trades, truth):
    filed = dict(truth.select("accession", "filed_date").iter_rows())
    amended = trades.drop_nulls("amends").filter(line=1)
    assert amended.height
    for row in amended.iter_rows(named=True):
        tree = forms[row["accession"]][1]
        assert tree.findtext("documentType") == "4/A"
        assert date.fromisoformat(tree.findtext("dateOfOriginalSubmission")) == filed[row["amends"]]
        original = trades.filter(accession=row["amends"], line=1).row(0, named=True)
        assert row["shares"] == row["shares_meant"] == original["shares_meant"]
        assert original["shares"] == 10 * original["shares_meant"]


def test_footnotes_that_are_referred_to_are_there(forms):
    referred = 0
    for _, tree in forms.values():
        ids = {note.get("id") for note in tree.iterfind("footnotes/footnote")}
        names = {node.get("id") for node in tree.iter("footnoteId")}
        assert names <= ids
        referred += bool(names)
    assert referred > 10


def test_a_form_3_lists_holdings_or_says_that_there_are_none(forms):
    threes = [tree for _, tree in forms.values() if tree.findtext("documentType") == "3"]
    assert threes
    for tree in threes:
        none = tree.findtext("noSecuritiesOwned") == "1"
        assert none == (not list(tree.iter("nonDerivativeHolding")))
        assert not lines(tree)


def test_the_feed_shows_a_form_4_once_as_issuer_and_once_as_reporting():
    plan = Plan(companies=120, years=1, end=date(2024, 3, 15))
    filed = [Filed(filing, 4_000) for filing in schedule_filings(plan, invent_companies(plan))]
    text = "".join(text for path, text in feed_files(plan, filed) if path.endswith(".atom"))
    shown = re.findall(r"<title>4 - .*? \((\d{10})\) \((\w+)\)</title>.*?accession-number=([\d-]{20})", text, re.DOTALL)
    roles = {}
    for cik, role, number in shown:
        roles.setdefault(number, {}).setdefault(role, set()).add(int(cik))
    assert roles
    issuers = {int(company.cik) for company in invent_companies(plan)}
    assert all(found.keys() == {"Issuer", "Reporting"} and found["Issuer"] < issuers for found in roles.values())
