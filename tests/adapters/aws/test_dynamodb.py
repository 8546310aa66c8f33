"""DynamoDB: what only it can do wrong. What every first-seen set does is in tests/contracts/test_seen.py."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from edgewise.adapters.aws import DynamoSeen, create_seen, open_seen
from edgewise.adapters.aws.client import open_client
from edgewise.core.errors import InvalidInput, NotConfigured, Throttled

pytestmark = pytest.mark.usefixtures("aws_endpoint")
NUMBERS = itertools.count()
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
SOON = NOON + timedelta(minutes=5)
THROTTLED = ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "PutItem")


@pytest.fixture
def table():
    table = f"seen-{next(NUMBERS)}"
    create_seen(f"dynamodb://{table}")
    return table


@pytest.fixture
def client():
    return open_client("dynamodb")


class Meddler:
    """A client one of whose operations is done by `instead`, which is given the real one."""

    def __init__(self, client, operation, instead):
        self._client, self._operation, self._instead = client, operation, instead

    def __getattr__(self, name):
        real = getattr(self._client, name)
        return (lambda **request: self._instead(real, **request)) if name == self._operation else real


def stored(client, table, key):
    return client.get_item(TableName=table, Key={"k": {"S": key}}, ConsistentRead=True).get("Item")


@pytest.mark.parametrize("url", ["dynamodb://", "dynamodb://a", "dynamodb://me:secret@table", "table"])
def test_a_url_that_names_no_table_is_refused_and_not_shown(url, monkeypatch):
    monkeypatch.delenv("AWS_DEFAULT_REGION")  # a wrong URL is the first thing to be told
    with pytest.raises(InvalidInput, match=r"Give dynamodb://table\.") as refused:
        open_seen(url)
    assert "secret" not in str(refused.value)


def test_a_table_that_is_not_there_is_told_with_what_to_do():
    with pytest.raises(NotConfigured, match=r"no DynamoDB table absent\. .*create_seen\('dynamodb://absent'\)"):
        open_seen("dynamodb://absent").claim(["a"], at=NOON, until=SOON)


def test_creating_again_changes_nothing(table, client):
    open_seen(f"dynamodb://{table}").claim(["a"], at=NOON, until=SOON)
    create_seen(f"dynamodb://{table}")
    assert stored(client, table, "a") is not None
    told = client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert (told["TimeToLiveStatus"], told["AttributeName"]) == ("ENABLED", "remove_after")


def test_an_ended_claim_counts_as_absent_while_its_item_is_still_there(table, client):
    seen = open_seen(f"dynamodb://{table}")
    seen.claim(["a"], at=NOON, until=SOON)
    assert stored(client, table, "a") is not None
    assert seen.claim(["a"], at=SOON, until=SOON + timedelta(days=1)) == {"a"}


def test_dynamodb_may_remove_an_item_a_day_after_its_end(table, client):
    seen = open_seen(f"dynamodb://{table}")
    seen.claim(["a"], at=NOON, until=SOON)
    assert stored(client, table, "a")["remove_after"] == {"N": "1714651500"}  # 2024-05-02 12:05 UTC
    seen.keep(["a"], until=SOON + timedelta(days=1))
    assert stored(client, table, "a")["remove_after"] == {"N": "1714737900"}


def test_a_put_repeated_because_its_answer_was_lost_still_wins(table, client):
    def twice(real, **request):
        real(**request)
        return real(**request)

    seen = DynamoSeen(Meddler(client, "put_item", twice), table)
    assert seen.claim(["a", "b"], at=NOON, until=SOON) == {"a", "b"}
    assert seen.claim(["a", "b"], at=NOON, until=SOON) == set()


def test_cut_off_by_an_error_a_claim_gives_back_what_it_had_won(table, client):
    def refuse_k7(real, **request):
        if request["Item"]["k"]["S"] == "k7":
            raise THROTTLED
        return real(**request)

    keys = [f"k{number}" for number in range(10)]
    with pytest.raises(Throttled, match=f"DynamoDB table {table} asks us to slow down"):
        DynamoSeen(Meddler(client, "put_item", refuse_k7), table).claim(keys, at=NOON, until=SOON)
    assert open_seen(f"dynamodb://{table}").claim(keys, at=NOON, until=SOON) == set(keys)


def test_giving_back_leaves_alone_what_somebody_else_has_claimed_meanwhile(table, client):
    rival = open_seen(f"dynamodb://{table}")

    def ended_and_claimed_by_a_rival(real, **request):
        if request["Item"]["k"]["S"] == "a":
            answer = real(**request)
            rival.claim(["a"], at=SOON, until=SOON + timedelta(days=1))
            return answer
        raise THROTTLED

    with pytest.raises(Throttled):
        DynamoSeen(Meddler(client, "put_item", ended_and_claimed_by_a_rival), table).claim(
            ["a", "b"], at=NOON, until=SOON
        )
    assert rival.claim(["a"], at=SOON, until=SOON + timedelta(days=1)) == set()


class TestForget:
    def test_deletions_that_dynamodb_left_undone_are_asked_for_again(self, table, client):
        answers = []

        def leave_the_first_undone(real, *, RequestItems):  # noqa: N803 - DynamoDB's name
            (asked,) = RequestItems.values()
            answers.append(len(asked))
            if len(answers) == 1:
                real(RequestItems={table: asked[1:]})
                return {"UnprocessedItems": {table: asked[:1]}}
            return real(RequestItems=RequestItems)

        seen = DynamoSeen(Meddler(client, "batch_write_item", leave_the_first_undone), table)
        seen.claim(["a", "b", "c"], at=NOON, until=SOON)
        seen.forget(["a", "b", "c"])
        assert answers == [3, 1]
        assert seen.claim(["a", "b", "c"], at=NOON, until=SOON) == {"a", "b", "c"}

    def test_it_does_not_ask_for_ever(self, table, client, monkeypatch):
        monkeypatch.setattr("edgewise.adapters.aws.dynamodb._PAUSE_S", 0.0)
        asked = []

        def leave_all_undone(_real, *, RequestItems):  # noqa: N803 - DynamoDB's name
            asked.append(1)
            return {"UnprocessedItems": RequestItems}

        with pytest.raises(Throttled, match="left 2 deletions undone"):
            DynamoSeen(Meddler(client, "batch_write_item", leave_all_undone), table).forget(["a", "b"])
        assert len(asked) == 6
