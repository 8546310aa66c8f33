from __future__ import annotations

from datetime import date

from edgewise.sources.edgar.cover import read_cover
from edgewise.sources.edgar.records import Cover, Party, Role

RENDERED = b"""<html><head><title>SEC FORM
            4</title></head><body><b>FORM 4</b>
<a href="/cgi-bin/browse-edgar?action=getcompany&amp;CIK=0001529370">Doe Jane</a>
<a href="/cgi-bin/browse-edgar?action=getcompany&amp;CIK=0000000008">Roe Richard</a>
<a href="/cgi-bin/browse-edgar?action=getcompany&amp;CIK=0000789019">A CORP</a>
3. Date of Earliest Transaction (Month/Day/Year) <span class="FormData">08/31/2022</span></body></html>"""


def test_a_rendered_ownership_form_is_recognised_as_one():
    cover = read_cover(RENDERED)
    assert (cover.form, cover.period_end) == ("4", date(2022, 8, 31))
    assert cover.parties == (
        Party(1529370, Role.OWNER, "Doe Jane"),
        Party(8, Role.OWNER, "Roe Richard"),
        Party(789019, Role.ISSUER, "A CORP"),
    )


def test_an_xml_form_speaks_before_anything_else():
    body = b"<ownershipDocument><documentType>3</documentType><remarks>see Form 10-K</remarks></ownershipDocument>"
    assert read_cover(body).form == "3"


def test_tagged_facts_speak_before_words():
    body = b'<p>FORM 10-K</p><ix:nonNumeric name="dei:DocumentType" contextRef="c">10-Q</ix:nonNumeric>'
    assert read_cover(body).form == "10-Q"


def test_words_speak_last_and_silence_is_an_empty_cover():
    assert read_cover(b"FORM 10-K").form == "10-K"
    assert read_cover(b"") == Cover()
    assert read_cover(bytes(range(256))) == Cover()
