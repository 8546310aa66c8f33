"""`edgewise doctor` about a database in PostgreSQL: what it is, what is wrong, and never its password."""

import pytest

from edgewise.app.commands.doctor import examine
from edgewise.app.house import House
from edgewise.app.settings import Settings
from tests.servers import free_port


def of_database(url, home):
    with House(Settings(home=home, database=url, executor="this")) as house:
        return next(finding for finding in examine(house) if finding.checked == "database")


def test_a_database_that_works_is_named_with_its_schema_and_without_its_password(postgres_database, tmp_path):
    found = of_database(postgres_database, tmp_path)
    assert found.state == "ok"
    assert found.found.startswith("postgresql+psycopg://postgres@127.0.0.1:")
    assert ", schema r0" in found.found
    assert "not-asked-for" not in str(found)


@pytest.mark.parametrize("told", ["does not exist", "does not answer"])
def test_what_is_wrong_is_told_with_advice_and_without_the_password(postgres_server, tmp_path, told):
    away = f"postgresql://postgres:not-asked-for@127.0.0.1:{free_port()}/x"
    url = postgres_server.url_of("nowhere") if told == "does not exist" else away
    found = of_database(url, tmp_path)
    assert (found.state, told in found.found) == ("wrong", True)
    assert found.advice
    assert "not-asked-for" not in str(found)
