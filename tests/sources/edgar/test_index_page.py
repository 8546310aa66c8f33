"""Index pages, cut down to what is read; expected values are read off the page by eye."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from edgewise.core.errors import Truncated, Unparsable
from edgewise.sources.edgar.index_page import FolderFile, parse_folder_listing, parse_header_page, parse_index_page
from edgewise.sources.edgar.records import ListedDocument, Party, Role

PAGE = """<html><body><div id="contentDiv"><div class="formDiv"><div id="formHeader">
<div id="formName"><strong>Form 4</strong> - Statement of changes in beneficial ownership of securities: </div>
<div id="secNum"><strong><acronym>SEC</acronym> Accession <acronym>No.</acronym></strong> 0000950142-22-003095</div>
</div>
<div class="formContent"><div class="formGrouping">
<div class="infoHead">Filing Date</div><div class="info">2022-11-04</div>
<div class="infoHead">Accepted</div><div class="info">2022-11-04 21:03:43</div>
<div class="infoHead">Documents</div><div class="info">1</div></div>
<div class="formGrouping"><div class="infoHead">Period of Report</div><div class="info">2022-09-28</div></div>
<div class="formGrouping"><div class="infoHead">Items</div>
<div class="info">Item 2.02: Results<br />Item 9.01: Exhibits<br /></div></div>
</div></div>
<table class="tableFile"><tr><th>Seq</th><th>Description</th><th>Document</th><th>Type</th><th>Size</th></tr>
<tr><td>1</td><td>OWNERSHIP DOCUMENT</td>
<td><a href="/Archives/1/xslF345X03/a.xml">a.html</a></td><td>4</td><td>&nbsp;</td></tr>
<tr><td>1</td><td>OWNERSHIP DOCUMENT</td>
<td><a href="/Archives/1/a.xml">a.xml</a> &nbsp;<span>iXBRL</span></td><td>4</td><td>8693</td></tr>
<tr><td>&nbsp;</td><td>Complete submission text file</td>
<td><a href="/Archives/1/a.txt">a.txt</a></td><td>&nbsp;</td><td>1</td></tr>
</table>
<div class="filerDiv"><div class="companyInfo">
<span class="companyName">Doe (Jane) M (<a href="/own">Reporting</a>)
 <acronym>CIK</acronym>: <a href="/x">0001300650 (see all company filings)</a></span></div></div>
<div class="filerDiv"><div class="companyInfo"><span class="companyName">A &amp; B S.A. (<a href="/own">Issuer</a>)
 <acronym>CIK</acronym>: <a href="/x">0001609804 (see all company filings)</a></span>
<p class="identInfo"><acronym>SIC</acronym>: <b><a href="/x">2890</a></b> Chemical Products</p></div></div>
</div></body></html>"""

HEADER_PAGE = """<HTML><BODY>
<PRE>&lt;SEC-DOCUMENT&gt;0001493152-25-029712-index.html : 20251231
&lt;SEC-HEADER&gt;0001493152-25-029712.hdr.sgml : 20251231
&lt;ACCEPTANCE-DATETIME&gt;20251231081519
ACCESSION NUMBER:\t\t0001493152-25-029712
CONFORMED SUBMISSION TYPE:\t424B5
&lt;/SEC-HEADER&gt;
&lt;DOCUMENT&gt;
&lt;TYPE&gt;424B5
&lt;SEQUENCE&gt;1
&lt;FILENAME&gt;form424b5.htm
&lt;DESCRIPTION&gt;PROSPECTUS
&lt;TEXT&gt;
<a href="form424b5.htm">Document 1 - file: form424b5.htm</a><br>
&lt;/DOCUMENT&gt;
&lt;/SEC-DOCUMENT&gt;</PRE></BODY></HTML>"""


def test_an_index_page_tells_header_parties_and_documents():
    page = parse_index_page(PAGE.encode())
    header = page.header
    assert (header.accession, header.form) == ("0000950142-22-003095", "4")
    assert header.accepted_at == datetime(2022, 11, 5, 1, 3, 43, tzinfo=UTC)
    assert (header.filed_date, header.period_end) == (date(2022, 11, 4), date(2022, 9, 28))
    assert header.items == ("2.02: Results", "9.01: Exhibits")
    assert header.document_count == 1
    assert header.parties[:2] == (
        Party(1300650, Role.OWNER, "Doe (Jane) M"),
        Party(1609804, Role.ISSUER, "A & B S.A.", 2890),
    )
    assert page.documents == (ListedDocument(1, "4", "a.xml", "OWNERSHIP DOCUMENT"),)


def test_midnight_on_a_page_means_that_nobody_recorded_the_time():
    assert parse_index_page(PAGE.replace("21:03:43", "00:00:00").encode()).header.accepted_at is None


@pytest.mark.parametrize("raw", [b"", b"<html><body>Undeclared Automated Tool</body></html>", b"\xff\xfe"])
def test_a_page_without_an_accession_is_refused(raw):
    with pytest.raises(Unparsable):
        parse_index_page(raw)
    with pytest.raises(Unparsable):
        parse_header_page(raw)


def test_a_header_page_tells_the_header_and_lists_the_documents():
    page = parse_header_page(HEADER_PAGE.encode())
    assert page.header.form == "424B5"
    assert page.header.accepted_at == datetime(2025, 12, 31, 13, 15, 19, tzinfo=UTC)
    assert page.documents == (ListedDocument(1, "424B5", "form424b5.htm", "PROSPECTUS"),)


def test_a_header_page_that_stops_inside_its_header_is_truncated():
    with pytest.raises(Truncated):
        parse_header_page(HEADER_PAGE[:200].encode())


def test_a_folder_listing_gives_names_and_sizes():
    raw = b'{"directory":{"item":[{"name":"a.txt","size":""},{"name":"b.xml","size":"45259"},{"size":"1"}],"name":"x"}}'
    assert parse_folder_listing(raw) == (FolderFile("a.txt", None), FolderFile("b.xml", 45259))


@pytest.mark.parametrize("raw", [b"<html>", b"{}", b'{"directory": {}}', b'{"directory": {"item": 1}}'])
def test_what_is_no_listing_is_refused(raw):
    with pytest.raises(Unparsable):
        parse_folder_listing(raw)
