"""Feed pages: what an entry says, what a bad one costs, and that every submission comes out once."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.core.errors import Hostile, Truncated, Unparsable
from edgewise.core.identifiers import Accession, Cik
from edgewise.sources.edgar.feed import FeedEntry, FeedPage, merge_entries, parse_feed
from edgewise.sources.edgar.records import Party, Role

ISSUED = "0002063236-25-000004"


def atom_entry(  # noqa: PLR0917 - the blanks of one form
    accession=ISSUED,
    name="Hinge Health, Inc.",
    cik=1673743,
    role="Issuer",
    form="4",
    updated="2025-12-12T18:02:43-05:00",
    filed="2025-12-12",
    size="10 KB",
    href=None,
) -> str:
    dashless = accession.replace("-", "")
    href = href or f"https://www.sec.gov/Archives/edgar/data/{cik}/{dashless}/{accession}-index.htm"
    summary = f"\n <b>Filed:</b> {filed} <b>AccNo:</b> {accession} <b>Size:</b> {size}\n"
    return f"""<entry>
<title>{form} - {escape(name)} ({cik:010d}) ({role})</title>
<link rel="alternate" type="text/html" href="{href}"/>
<summary type="html">{escape(summary)}</summary>
<updated>{updated}</updated>
<category scheme="https://www.sec.gov/" label="form type" term="{form}"/>
<id>urn:tag:sec.gov,2008:accession-number={accession}</id>
</entry>
"""


def atom(*entries: str) -> bytes:
    return f"""<?xml version="1.0" encoding="ISO-8859-1" ?>
<feed xmlns="http://www.w3.org/2005/Atom">
<title>Latest Filings - Fri, 12 Dec 2025 18:03:31 EST</title>
<updated>2025-12-12T18:03:31-05:00</updated>
{"".join(entries)}</feed>""".encode("latin-1")


RSS = """<?xml version="1.0" encoding="windows-1252"?>
<rss version="2.0">
  <channel>
    <title>All XBRL Data Submitted to the SEC</title>
    <link>https://www.sec.gov/Archives/edgar/xbrlrss.all.xml</link>
    <atom:link href="https://www.sec.gov/Archives/edgar/xbrlrss.all.xml" rel="self"
      type="application/rss+xml" xmlns:atom="http://www.w3.org/2005/Atom"/>
    <description>This is a list of up to 200 of the latest filings containing financial statements</description>
    <language>en-us</language>
    <pubDate>Fri, 30 Oct 2020 00:00:00 EDT</pubDate>
    <lastBuildDate>Fri, 30 Oct 2020 18:10:00 EDT</lastBuildDate>
    <item>
      <title>APPLE INC (0000320193) (Filer)</title>
      <link>https://www.sec.gov/Archives/edgar/data/320193/000032019320000096/0000320193-20-000096-index.htm</link>
      <guid>https://www.sec.gov/Archives/edgar/data/320193/000032019320000096/0000320193-20-000096-xbrl.zip</guid>
      <description>10-K</description>
      <pubDate>Thu, 29 Oct 2020 18:06:25 EDT</pubDate>
      <edgar:xbrlFiling xmlns:edgar="https://www.sec.gov/Archives/edgar">
        <edgar:companyName>Apple Inc.</edgar:companyName>
        <edgar:formType>10-K</edgar:formType>
        <edgar:filingDate>10/30/2020</edgar:filingDate>
        <edgar:cikNumber>0000320193</edgar:cikNumber>
        <edgar:accessionNumber>0000320193-20-000096</edgar:accessionNumber>
        <edgar:fileNumber>001-36743</edgar:fileNumber>
        <edgar:acceptanceDatetime>20201029180625</edgar:acceptanceDatetime>
        <edgar:period>20200926</edgar:period>
        <edgar:assistantDirector>Office of Technology</edgar:assistantDirector>
        <edgar:assignedSic>3571</edgar:assignedSic>
        <edgar:fiscalYearEnd>0926</edgar:fiscalYearEnd>
        <edgar:xbrlFiles>
          <edgar:xbrlFile edgar:sequence="1" edgar:file="aapl-20200926.htm" edgar:type="10-K" edgar:size="2661245"/>
        </edgar:xbrlFiles>
      </edgar:xbrlFiling>
    </item>
  </channel>
</rss>"""


class TestEntries:
    def test_an_atom_entry_says_who_filed_what_and_when(self):
        page = parse_feed(atom(atom_entry()))
        assert page.updated_at == datetime(2025, 12, 12, 23, 3, 31, tzinfo=UTC)
        assert page.rejected == ()
        assert page.entries == (
            FeedEntry(
                accession=Accession(ISSUED),
                form="4",
                company="Hinge Health, Inc.",
                cik=Cik(1673743),
                role=Role.ISSUER,
                accepted_at=datetime(2025, 12, 12, 23, 2, 43, tzinfo=UTC),
                filed_date=date(2025, 12, 12),
                index_url="https://www.sec.gov/Archives/edgar/data/1673743/000206323625000004/0002063236-25-000004-index.htm",
                size_bytes=10_240,
            ),
        )
        assert page.entries[0].folder_url == "https://www.sec.gov/Archives/edgar/data/1673743/000206323625000004/"

    def test_an_rss_item_says_the_same_and_the_industry(self):
        page = parse_feed(RSS.encode("cp1252"))
        assert page.updated_at == datetime(2020, 10, 30, 22, 10, tzinfo=UTC)
        (entry,) = page.entries
        assert (entry.accession, entry.form, entry.company) == ("0000320193-20-000096", "10-K", "Apple Inc.")
        assert entry.accepted_at == datetime(2020, 10, 29, 22, 6, 25, tzinfo=UTC)
        assert (entry.filed_date, entry.sic, entry.role) == (date(2020, 10, 30), 3571, Role.ISSUER)

    @pytest.mark.parametrize("name", ["A - B (Holdings) CORP", "Smith & Söhne", "X (0000000001) (Filer) TRUST"])
    def test_names_with_dashes_brackets_and_umlauts_stay_whole(self, name):
        (entry,) = parse_feed(atom(atom_entry(name=name, form="SC 13D/A", role="Subject"))).entries
        assert (entry.company, entry.form) == (name, "SC 13D/A")

    @pytest.mark.parametrize(
        ("printed", "role"),
        [
            ("Filer", Role.ISSUER),
            ("Issuer", Role.ISSUER),
            ("Subject", Role.ISSUER),
            ("Reporting", Role.OWNER),
            ("Filed by", Role.FILED_BY),
            ("Depositor", Role.CO_REGISTRANT),
        ],
    )
    def test_roles_are_read_from_the_title(self, printed, role):
        assert parse_feed(atom(atom_entry(role=printed))).entries[0].role is role

    def test_summer_time_is_in_the_stamp(self):
        (entry,) = parse_feed(atom(atom_entry(updated="2025-07-11T16:05:00-04:00"))).entries
        assert entry.accepted_at == datetime(2025, 7, 11, 20, 5, tzinfo=UTC)

    def test_failure_case_32_the_prefix_of_an_accession_is_not_the_company(self):
        (entry,) = parse_feed(atom(atom_entry(accession="0001193125-25-000001", cik=320193))).entries
        assert entry.cik == 320193
        assert entry.accession.sender == 1193125


class TestBadEntries:
    @pytest.mark.parametrize(
        ("bad", "reason"),
        [
            (atom_entry(updated="yesterday"), "bad_acceptance"),
            (atom_entry(updated="2025-12-12T18:02:43"), "bad_acceptance"),
            (atom_entry(filed="2025-02-30"), "bad_filed_date"),
            (atom_entry(accession="12-34"), "bad_accession"),
            (atom_entry(cik=0), "bad_title"),
            (atom_entry(role="Bystander"), "unknown_role"),
            (atom_entry(form=" "), "no_form"),
            (atom_entry(href="https://example.com/Archives/edgar/data/1673743/000206323625000004/x"), "bad_link"),
            (atom_entry(href="https://www.sec.gov/Archives/edgar/data/1/000206323625000004/x"), "bad_link"),
            ("<entry/>", "bad_accession"),
        ],
    )
    def test_a_bad_entry_is_counted_and_the_page_goes_on(self, bad, reason):
        page = parse_feed(atom(bad, atom_entry()))
        assert [one.reason for one in page.rejected] == [reason]
        assert len(page.entries) == 1

    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            ("20201029180625", "2020-10-29", "bad_acceptance"),
            ("10/30/2020", "30.10.2020", "bad_filed_date"),
            ("<edgar:cikNumber>0000320193", "<edgar:cikNumber>0000000007", "bad_cik"),
            ("xbrlFiling", "somethingElse", "no_filing"),
        ],
    )
    def test_a_bad_rss_item_is_counted(self, old, new, reason):
        page = parse_feed(RSS.replace(old, new).encode("cp1252"))
        assert [one.reason for one in page.rejected] == [reason]
        assert page.entries == ()


class TestBadPages:
    @pytest.mark.parametrize("body", [b"", b"  \n", atom(atom_entry())[:700], b'<?xml version="1.0"?>'])
    def test_a_page_that_ends_early_is_truncated(self, body):
        with pytest.raises(Truncated):
            parse_feed(body)

    @pytest.mark.parametrize(
        "body",
        [
            b"<!DOCTYPE html><html><body>Your Request Originates from an Undeclared Automated Tool</body></html>",
            b"<html><body>403</body></html>",
            b"<filings/>",
            atom(atom_entry()).replace(b"<updated>2025-12-12T18:03:31-05:00</updated>", b"", 1),
            atom("<entry><title>AT&T</title></entry>"),
        ],
    )
    def test_another_document_is_unparsable(self, body):
        with pytest.raises(Unparsable):
            parse_feed(body)

    @pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
    def test_failure_case_43_entity_bombs_are_hostile(self, encoding):
        levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
        bomb = f'<!DOCTYPE feed [<!ENTITY e0 "ha">{levels}]><feed xmlns="http://www.w3.org/2005/Atom">&e8;</feed>'
        with pytest.raises(Hostile):
            parse_feed(bomb.encode(encoding))

    def test_failure_case_43_outside_entities_are_not_read(self, tmp_path):
        secret = tmp_path / "secret"
        secret.write_text("secret")
        body = f'<!DOCTYPE feed [<!ENTITY x SYSTEM "{secret.as_uri()}">]><feed>&x;</feed>'
        with pytest.raises(Hostile):
            parse_feed(body.encode())

    def test_an_empty_page_is_no_error(self):
        assert parse_feed(atom()).entries == ()


class TestMerging:
    def test_failure_case_30_a_submission_stands_once_with_all_its_parties(self):
        page = parse_feed(
            atom(
                atom_entry(name="Perez Daniel", cik=2063236, role="Reporting"),
                atom_entry(),
                atom_entry(accession="0001193125-25-181883", name="Evergy", cik=1711269, role="Filer", form="8-K"),
                atom_entry(accession="0001193125-25-181883", name="Evergy Metro", cik=54476, role="Filer", form="8-K"),
            )
        )
        evergy, hinge = sorted(merge_entries([page]), key=lambda one: one.accession)
        assert hinge.parties == (
            Party(Cik(1673743), Role.ISSUER, "Hinge Health, Inc."),
            Party(Cik(2063236), Role.OWNER, "Perez Daniel"),
        )
        assert (hinge.cik, hinge.ciks) == (1673743, (1673743, 2063236))
        assert evergy.ciks == (54476, 1711269)
        assert evergy.form == "8-K"

    def test_failure_case_30_one_accession_under_two_forms_keeps_both(self):
        page = parse_feed(atom(atom_entry(form="SC TO-T/A"), atom_entry(form="SC 13D/A")))
        (found,) = merge_entries([page])
        assert found.forms == ("SC 13D/A", "SC TO-T/A")

    def test_failure_case_44_overlapping_pages_in_any_order_give_each_submission_once(self):
        entries = [
            atom_entry(accession=f"0002063236-25-{number:06d}", updated=f"2025-12-12T16:05:{59 - number:02d}-05:00")
            for number in range(5)
        ]
        pages = [parse_feed(atom(*entries[:3])), parse_feed(atom(*entries[1:4])), parse_feed(atom(*entries[3:]))]
        answers = [merge_entries(order) for order in itertools.permutations(pages)]
        assert [one.accession[-1] for one in answers[0]] == ["4", "3", "2", "1", "0"]
        assert all(answer == answers[0] for answer in answers)

    @settings(deadline=None, max_examples=40)
    @given(st.data())
    def test_merging_does_not_depend_on_how_entries_are_spread_over_pages(self, data):
        entry = st.builds(
            FeedEntry,
            accession=st.integers(0, 5).map(lambda number: Accession(f"0000000001-25-{number:06d}")),
            form=st.sampled_from(["4", "4/A"]),
            company=st.sampled_from(["A", "B"]),
            cik=st.integers(1, 3).map(Cik),
            role=st.sampled_from(Role),
            accepted_at=st.datetimes(datetime(2025, 1, 1), datetime(2025, 1, 2), timezones=st.just(UTC)),  # noqa: DTZ001
            filed_date=st.dates(date(2025, 1, 1), date(2025, 1, 3)),
            index_url=st.just(""),
        )
        entries = data.draw(st.lists(entry, max_size=12))
        made = datetime(2025, 1, 2, tzinfo=UTC)
        whole = merge_entries([FeedPage(made, tuple(entries))])
        shuffled = data.draw(st.permutations(entries + entries[:3]))
        cut = data.draw(st.integers(0, len(shuffled)))
        pages = [FeedPage(made, tuple(shuffled[:cut])), FeedPage(made, tuple(shuffled[cut:]))]
        assert merge_entries(pages) == whole
        assert [one.accession for one in whole] == list(dict.fromkeys(one.accession for one in whole))
