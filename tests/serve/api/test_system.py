from datetime import date

from edgewise.core.tables import FACTORS


def test_the_index_names_every_route(client):
    about = client.get("/").json()
    assert (about["name"], about["version"], about["simulated"]) == ("edgewise", "1.2.3", False)
    assert about["routes"] == list(client.get(about["description"]).json()["paths"])


def test_health_tells_size_and_freshness_against_the_servers_clock(client):
    health = client.get("/health").json()
    assert (health["status"], health["version"], health["simulated"]) == ("ok", "1.2.3", False)
    assert health["at"] == "2024-05-03T12:00:00Z"
    assert health["tables"]["factors"] == {"rows": 22, "version": 1, "newest_known_at": "2024-05-02T12:00:00Z"}
    assert set(health["tables"]) == {"factors", "filings", "documents", "filing_tone"}
    assert health["filings"] == {"discovered": 21, "failed": 1, "scored": 1}


def test_health_of_an_empty_house_is_ok_and_empty(rooms, asking):
    health = asking(rooms).get("/health").json()
    assert (health["status"], health["tables"], health["filings"]) == ("ok", {}, {})


def test_health_says_that_data_are_simulated(rooms, asking):
    assert asking(rooms, simulated=True).get("/health").json()["simulated"] is True


def test_what_is_stored_later_is_seen_at_once(rooms, asking, factor_rows):
    client = asking(rooms)
    assert client.get("/health").json()["tables"] == {}
    for number, company in enumerate((1, 2), start=1):
        rooms.lake.append(FACTORS, factor_rows((company, date(2024, 5, 1), {})))
        assert client.get("/health").json()["tables"]["factors"]["rows"] == number
