from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.core.tables import FILING_TONE, FILINGS

APPLE = "0000320193-24-000123"
ALL = [f"0000320193-24-{number:06d}" for number in range(1, 24)]


def accessions(answer):
    return [item["accession"] for item in answer.raise_for_status().json()["items"]]


class TestList:
    def test_an_item_says_how_far_a_filing_has_come(self, client):
        answer = client.get("/api/filings", params={"after": ALL[2], "limit": 1}).json()
        assert answer == {
            "items": [
                {
                    "accession": "0000320193-24-000004",
                    "cik": 789019,
                    "form": "10-K",
                    "filed_date": "2024-05-04",
                    "state": "scored",
                    "attempts": 0,
                    "reason": "",
                    "first_seen_at": "2024-05-02T12:00:00Z",
                }
            ],
            "next": "0000320193-24-000004",
        }

    def test_a_failure_shows_its_code_and_not_the_servers_folders(self, client):
        answer = client.get("/api/filings", params={"state": "failed"})
        (failed,) = answer.json()["items"]
        assert (failed["reason"], failed["attempts"]) == ("truncated", 1)
        assert "secret" not in answer.text

    @pytest.mark.parametrize(
        ("asked", "numbers"),
        [
            ({"state": "scored"}, [4]),
            ({"form": "8-K"}, [3, 6, 9, 12, 15, 18, 21]),
            ({"form": ["8-K", "10-K"], "cik": 789019, "until": "2024-05-05"}, [2, 4]),
            ({"since": "2024-05-03", "until": "2024-05-05"}, [3, 4, 5]),
            ({"since": "2024-05-03", "until": "2024-05-03"}, [3]),
            ({"form": "10-K/A"}, []),
            ({"after": "000032019324000021"}, [22, 23]),
        ],
    )
    def test_filters_hold_together(self, client, asked, numbers):
        assert accessions(client.get("/api/filings", params=asked)) == [ALL[number - 1] for number in numbers]

    @settings(deadline=None)
    @given(limit=st.integers(1, 30))
    def test_a_walk_meets_each_filing_once_and_in_order(self, walk, limit):
        pages = walk("/api/filings", limit=limit)
        assert [item["accession"] for page in pages for item in page] == ALL
        assert {len(page) for page in pages[:-1]} <= {limit}
        assert 0 < len(pages[-1]) <= limit

    @settings(deadline=None)
    @given(limit=st.integers(1, 12))
    def test_a_filtered_walk_meets_what_one_large_page_holds(self, walk, limit):
        pages = walk("/api/filings", limit=limit, cik=320193)
        assert [item["accession"] for page in pages for item in page] == ALL[::2]

    @pytest.mark.parametrize(
        ("asked", "told"),
        [
            ({"limit": 0}, "limit: Input should be greater than or equal to 1"),
            ({"limit": 1001}, "limit: Input should be less than or equal to 1000"),
            ({"cik": 0}, "0 is not a CIK"),
            ({"cik": "apple"}, "cik: Input should be a valid integer"),
            ({"state": "done"}, "state: Input should be 'discovered', 'fetched', 'parsed', 'scored' or 'failed'"),
            ({"since": "20240501"}, "since: Write the day like 2024-05-01"),
            ({"since": "2024-05-02", "until": "2024-05-01"}, "since 2024-05-02 is after until 2024-05-01"),
            ({"after": "7"}, "'7' is not an accession number"),
            ({"form": "x" * 21}, "form.0: String should have at most 20 characters"),
            ({"form": ["8-K"] * 51}, "form: List should have at most 50 items"),
            ({"from": "2024-05-01", "limit": 1}, "/api/filings has no parameters ['from']"),
        ],
    )
    def test_a_wrong_question_is_told_what_is_wrong(self, client, asked, told):
        answer = client.get("/api/filings", params=asked)
        assert answer.status_code == 422
        assert answer.json()["error"]["message"].startswith(told)
        assert answer.json()["error"]["advice"]

    def test_a_misspelt_filter_is_told_the_names_there_are(self, client):
        answer = client.get("/api/filings", params={"form_type": "8-K"})
        assert answer.json()["error"]["advice"] == "There are: after, cik, form, limit, since, state, ticker, until."


class TestOne:
    def test_everything_stored_of_a_filing_is_given(self, client):
        filing = client.get(f"/api/filings/{APPLE}").json()
        assert filing["forms"] == ["10-K"]
        assert (filing["filed_date"], filing["period_end"]) == ("2024-05-01", "2024-03-30")
        assert (filing["known_at"], filing["known_at_source"]) == ("2024-05-01T20:30:00Z", "header")
        assert filing["source_url"] == f"https://example.test/{APPLE}.txt"
        apple = {"cik": 320193, "role": "issuer", "form": "10-K", "company": "Company 320193", "sic": 3571}
        assert filing["parties"] == [apple]

    def test_documents_stand_in_their_order(self, client):
        documents = client.get(f"/api/filings/{APPLE}").json()["documents"]
        assert [(each["sequence"], each["document_type"], each["size"]) for each in documents] == [
            (1, "10-K", 1000),
            (2, "EX-99.1", 2000),
        ]

    def test_an_item_without_words_has_no_tone_and_says_why(self, client):
        rows = client.get(f"/api/filings/{APPLE}").json()["tone"]
        tone = {each["item"]: each for each in rows if each["model_version"] == "lexicon-1"}
        assert (tone["all"]["net"], tone["all"]["status"]) == (0.25, "ok")
        assert (tone["1B"]["net"], tone["1B"]["status"], tone["1B"]["reasons"]) == (None, "absent", "no_words")

    def test_what_a_model_of_sentences_read_is_told_and_null_for_one_that_counts_words(self, client):
        rows = client.get(f"/api/filings/{APPLE}").json()["tone"]
        tone = {each["model_version"]: each for each in rows if each["item"] == "all"}
        names = ("sentences", "fragments", "forward_looking", "inputs")
        assert [tone["tone-tiny-1"][name] for name in names] == [9, 4, 0.4, f"{1:064x}"]
        assert [tone["lexicon-1"][name] for name in names] == [None, None, None, ""]

    def test_every_column_of_tone_is_answered_and_described(self, client):
        of_the_filing = {"accession", "form", "known_at"}
        told = client.get("/openapi.json").json()["components"]["schemas"]["Tone"]
        assert set(told["properties"]) == set(told["required"]) == set(FILING_TONE.schema) - of_the_filing

    def test_failure_case_30_all_registrants_of_one_accession_are_given(self, client):
        filing = client.get("/api/filings/0001193125-25-181883").json()
        assert [(each["cik"], each["role"]) for each in filing["parties"]] == [
            (54476, "co_registrant"),
            (1711269, "issuer"),
        ]

    def test_failure_case_30_one_accession_under_two_forms_shows_both(self, client):
        filing = client.get("/api/filings/0000950123-10-073332").json()
        assert filing["forms"] == ["SC 13D/A", "SC TO-T"]
        assert {each["cik"]: each["form"] for each in filing["parties"]} == {1000: "SC TO-T", 2000: "SC 13D/A"}

    def test_the_number_may_be_written_without_dashes(self, client):
        assert client.get("/api/filings/000032019324000123").json()["accession"] == APPLE

    def test_an_unknown_filing_is_not_found(self, client):
        answer = client.get("/api/filings/0000000001-99-000001")
        assert answer.status_code == 404
        assert answer.json()["error"] == {
            "code": "not_found",
            "message": "filing 0000000001-99-000001 is not known here",
            "advice": "GET /api/filings lists what is.",
        }

    def test_a_filing_that_is_only_discovered_says_so(self, client):
        answer = client.get(f"/api/filings/{ALL[0]}")
        assert answer.status_code == 404
        assert "nothing is stored of it yet; its state is discovered" in answer.json()["error"]["message"]

    def test_what_is_no_accession_number_is_told_how_one_looks(self, client):
        answer = client.get("/api/filings/AAPL")
        assert answer.status_code == 422
        assert answer.json()["error"]["advice"].startswith("It looks like 0000320193-24-000123")

    def test_known_at_is_the_first_instant_among_its_parties(self, rooms, asking):
        row = {
            "accession": APPLE,
            "role": "issuer",
            "form": "10-K",
            "filed_date": date(2024, 5, 1),
            "known_at_source": "header",
            "documents": 1,
            "source_url": "x",
            "first_seen_at": rooms.clock.now(),
        }
        later, earlier = rooms.clock.now(), rooms.clock.now().replace(day=1)
        rows = [row | {"cik": 1, "known_at": later}, row | {"cik": 2, "known_at": earlier}]
        rooms.lake.append(FILINGS, FILINGS.frame(rows))
        assert asking(rooms).get(f"/api/filings/{APPLE}").json()["known_at"] == "2024-05-01T12:00:00Z"
