from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from edgewise.sources.edgar.cover_inline import has_cover_facts, read_cover_facts
from edgewise.sources.edgar.records import CoverSecurity, Party, Role


def fact(name: str, text: str, *, context: str = "c-1", form: str = "") -> str:
    written = f' format="{form}"' if form else ""
    return f'<ix:nonNumeric contextRef="{context}" name="dei:{name}"{written} id="f">{text}</ix:nonNumeric>'


def inline(*facts: str) -> bytes:
    return ("<html><body><ix:header><ix:hidden/></ix:header>" + "<p>".join(facts) + "</body></html>").encode()


COVER = (
    fact("DocumentType", "10-K"),
    fact("EntityCentralIndexKey", "0000320193"),
    fact("EntityRegistrantName", "A &amp; B Inc."),
)


def test_a_cover_is_read_from_its_tagged_facts():
    period = fact("CurrentFiscalYearEndDate", "September&#160;28", form="ixt:date-monthname-day-en") + ", 2024"
    cover = read_cover_facts(inline(*COVER, fact("DocumentPeriodEndDate", period), fact("AmendmentFlag", "false")))
    assert cover.form == "10-K"
    assert cover.period_end == date(2024, 9, 28)
    assert cover.parties == (Party(320193, Role.ISSUER, "A & B Inc."),)
    assert cover.document_type is None
    assert cover.complaints == ()


def test_failure_case_25_the_amendment_flag_makes_the_form_an_amendment():
    assert read_cover_facts(inline(*COVER, fact("AmendmentFlag", "true"))).form == "10-K/A"
    assert read_cover_facts(inline(*COVER, fact("AmendmentFlag", "\u2612", form="ixt:fixed-true"))).form == "10-K/A"
    assert read_cover_facts(inline(*COVER, fact("AmendmentFlag", "\u2610", form="ixt:fixed-false"))).form == "10-K"


def test_symbols_go_with_the_exchange_and_title_of_their_own_context():
    cover = read_cover_facts(
        inline(
            *COVER,
            fact("Security12bTitle", "Class A stock", context="a"),
            fact("TradingSymbol", "BRK.A", context="a"),
            fact("SecurityExchangeName", "NYSE", context="a"),
            fact("Security12bTitle", "2.0% notes", context="n"),
            fact("TradingSymbol", "<b>None</b>", context="n"),
            fact("TradingSymbol", "BRK<span>.B</span>", context="b"),
        )
    )
    assert cover.securities == (CoverSecurity("BRK-A", "NYSE", "Class A stock"), CoverSecurity("BRK-B"))


def test_failure_case_30_several_registrants_on_one_cover():
    second = fact("EntityCentralIndexKey", "54476", context="c-2")
    cover = read_cover_facts(inline(*COVER, second, second, fact("EntityCentralIndexKey", "none", context="c-3")))
    assert [(int(party.cik), party.role.value) for party in cover.parties] == [
        (320193, "issuer"),
        (54476, "co_registrant"),
    ]
    assert cover.complaints == ("cik_unreadable",)


def test_an_instance_document_says_the_same():
    body = b'<xbrl><dei:DocumentType contextRef="c">10-Q</dei:DocumentType><dei:DocumentPeriodEndDate contextRef="c">'
    cover = read_cover_facts(body + b"2018-12-29</dei:DocumentPeriodEndDate></xbrl>")
    assert (cover.form, cover.document_type, cover.period_end) == ("10-Q", "EX-101.INS", date(2018, 12, 29))


def test_a_period_that_is_no_date_is_a_complaint():
    cover = read_cover_facts(inline(*COVER, fact("DocumentPeriodEndDate", "soon")))
    assert (cover.period_end, cover.complaints) == (None, ("period_unreadable",))


def test_the_mere_name_of_a_fact_is_no_fact():
    assert not has_cover_facts(b"<p>dei:DocumentType</p>")
    assert not has_cover_facts(b'<a href="dei:DocumentTypes">')
    assert has_cover_facts(inline(*COVER))


@given(st.lists(st.sampled_from([b'"dei:DocumentType"', b"<", b">", b"</ix:nonNumeric>", b"<ix:nonNumeric ", b"x"])))
def test_any_pieces_of_a_fact_are_survived_and_invent_neither_registrant_nor_period(pieces):
    cover = read_cover_facts(b"".join(pieces))
    assert (cover.parties, cover.period_end, cover.securities) == ((), None, ())
