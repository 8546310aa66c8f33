from __future__ import annotations

from datetime import date

import pytest

from edgewise.core.errors import Hostile, Unparsable
from edgewise.sources.edgar.cover_xml import is_form_xml, parse_hostile_xml, read_form_xml
from edgewise.sources.edgar.records import CoverSecurity, Party, Role

OWNERSHIP = b"""<?xml version="1.0"?>
<ownershipDocument><documentType>4</documentType><periodOfReport>2025-01-10-05:00</periodOfReport>
<issuer><issuerCik>0000001750</issuerCik><issuerName>AAR CORP</issuerName>
<issuerTradingSymbol>air</issuerTradingSymbol></issuer>
<reportingOwner><reportingOwnerId><rptOwnerCik>0001806647</rptOwnerCik>
<rptOwnerName>Doe Jane</rptOwnerName></reportingOwnerId></reportingOwner>
<reportingOwner><reportingOwnerId><rptOwnerCik>0000000007</rptOwnerCik></reportingOwnerId></reportingOwner>
</ownershipDocument>"""
MANAGER = b"""<edgarSubmission xmlns="http://www.sec.gov/edgar/thirteenffiler">
<headerData><submissionType>13F-HR/A</submissionType>
<filerInfo><filer><credentials><cik>0001067983</cik></credentials></filer>
<periodOfReport>03-31-2026</periodOfReport></filerInfo>
</headerData>
<formData><coverPage><filingManager><name>A Manager</name></filingManager></coverPage></formData></edgarSubmission>"""
SCHEDULE = b"""<edgarSubmission xmlns="http://www.sec.gov/edgar/schedule13D">
<headerData><submissionType>SCHEDULE 13D/A</submissionType>
<filerInfo><filer><filerCredentials><cik>0002043397</cik></filerCredentials></filer></filerInfo></headerData>
<formData><coverPageHeader><dateOfEvent>03/01/2026</dateOfEvent><issuerInfo><issuerCIK>0001800637</issuerCIK>
<issuerName>B Inc.</issuerName></issuerInfo></coverPageHeader></formData></edgarSubmission>"""


def test_failure_case_27_the_issuer_of_an_ownership_report_is_the_one_in_the_xml():
    cover = read_form_xml(OWNERSHIP)
    assert (cover.form, cover.period_end) == ("4", date(2025, 1, 10))
    assert cover.parties == (
        Party(1750, Role.ISSUER, "AAR CORP"),
        Party(1806647, Role.OWNER, "Doe Jane"),
        Party(7, Role.OWNER),
    )
    assert cover.securities == (CoverSecurity("AIR"),)


def test_a_manager_s_report_is_about_the_manager():
    cover = read_form_xml(MANAGER)
    assert (cover.form, cover.period_end, cover.is_amendment) == ("13F-HR/A", date(2026, 3, 31), True)
    assert cover.parties == (Party(1067983, Role.ISSUER, "A Manager"),)


def test_a_schedule_is_about_its_issuer_and_filed_by_another():
    cover = read_form_xml(SCHEDULE)
    assert (cover.form, cover.period_end) == ("SCHEDULE 13D/A", date(2026, 3, 1))
    assert cover.parties == (Party(1800637, Role.ISSUER, "B Inc."), Party(2043397, Role.FILED_BY))


def test_form_d_names_its_primary_issuer():
    body = (
        b"<edgarSubmission><submissionType>D</submissionType><primaryIssuer><cik>9</cik><entityName>C LP</entityName>"
    )
    cover = read_form_xml(body + b"</primaryIssuer></edgarSubmission>")
    assert (cover.form, cover.parties) == ("D", (Party(9, Role.ISSUER, "C LP"),))


def test_an_information_table_is_a_document_without_a_form():
    cover = read_form_xml(b"<ns1:informationTable xmlns:ns1='x'><infoTable/></ns1:informationTable>")
    assert (cover.form, cover.document_type) == (None, "INFORMATION TABLE")


def test_a_bare_ampersand_is_survived_with_a_complaint():
    cover = read_form_xml(OWNERSHIP.replace(b"AAR CORP", b"AT&T CORP"))
    assert cover.complaints == ("xml_recovered",)
    assert [int(party.cik) for party in cover.parties] == [1750, 1806647, 7]


@pytest.mark.parametrize("symbol", [b"NONE", b"N/A", b"", b"not yet listed on any exchange"])
def test_words_in_the_place_of_a_symbol_are_no_symbol(symbol):
    assert read_form_xml(OWNERSHIP.replace(b">air<", b">" + symbol + b"<")).securities == ()


def test_failure_case_43_declared_entities_are_hostile():
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + OWNERSHIP.partition(b"?>")[2]
    with pytest.raises(Hostile):
        read_form_xml(bomb)


def test_failure_case_43_an_outside_file_is_never_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    body = (
        f'<!DOCTYPE x SYSTEM "{secret.as_uri()}"><ownershipDocument><documentType>4</documentType></ownershipDocument>'
    )
    assert read_form_xml(body.encode()).form == "4"


def test_xml_without_an_element_is_refused():
    with pytest.raises(Unparsable):
        parse_hostile_xml(b"")
    with pytest.raises(Unparsable):
        read_form_xml(b"words")


def test_other_xml_is_not_a_form():
    assert not is_form_xml(b"<html><body>ownershipDocument</body></html>")
    assert is_form_xml(OWNERSHIP)
