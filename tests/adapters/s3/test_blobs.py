"""What S3 adds to the contract of blob stores: its failures in our words, many keys, and the root of a bucket."""

import time

import pytest

from edgewise.adapters.s3 import S3BlobStore
from edgewise.core.errors import InvalidInput, NotConfigured, NotFound, ServiceUnavailable, Throttled
from tests.servers import LISTED, free_port

ACTS = {
    "put": lambda store: store.put("ab/key", b"x"),
    "get": lambda store: store.get("ab/key"),
    "exists": lambda store: store.exists("ab/key"),
    "size": lambda store: store.size("ab/key"),
    "keys": lambda store: list(store.keys()),
}
each_act = pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)


@pytest.fixture
def hasty(bucket, aws_front):  # noqa: ARG001 - it stands before the bucket
    """A store that gives up after a second."""
    return S3BlobStore(f"s3://{bucket}/documents", patience_s=1)


@pytest.mark.parametrize("url", ["s3://", "s3:///prefix", "s3://Bucket", "s3://b", "bucket/prefix", "s3://bucket/a b"])
def test_a_url_that_names_no_bucket_is_refused(url):
    with pytest.raises(InvalidInput, match="names no bucket"):
        S3BlobStore(url)


def test_the_root_of_a_bucket_holds_blobs_and_what_lies_below_another_prefix_is_its_own(bucket):
    root, below = S3BlobStore(f"s3://{bucket}"), S3BlobStore(f"s3://{bucket}/a/")
    assert root.put("a/key", b"first")
    assert not below.put("key", b"second")
    assert list(root.keys()) == ["a/key"]
    assert list(below.keys()) == ["key"]


def test_objects_that_somebody_else_put_there_are_no_blobs(bucket, aws_front):
    store = S3BlobStore(f"s3://{bucket}")
    store.put("b", b"x")
    for foreign in ("A", "a_part", "zz%20z"):
        aws_front._ask("PUT", f"/{bucket}/{foreign}", b"x")
    assert list(store.keys()) == ["b"]


def test_more_keys_than_a_page_holds_come_in_order_and_a_prefix_reads_no_more_than_its_own(bucket, aws_front):
    store = S3BlobStore(f"s3://{bucket}/documents")
    names = [f"{number:04d}" for number in range(2 * LISTED + 1)]
    for name in reversed(names):
        aws_front._ask("PUT", f"/{bucket}/documents/{name}", b"x")
    assert list(store.keys()) == names
    aws_front.seen()
    assert list(store.keys("000")) == names[:10]
    assert len(aws_front.seen()) == 1


@each_act
def test_a_store_that_answers_500_for_ever_becomes_unavailable_after_bounded_retries(hasty, aws_front, act):
    aws_front.rule(("", 500))
    aws_front.seen()
    with pytest.raises(ServiceUnavailable, match="500 Internal Server Error"):
        act(hasty)
    assert 1 < len(aws_front.seen()) <= 10


@each_act
def test_a_store_that_never_answers_becomes_unavailable(hasty, aws_front, act):
    aws_front.rule(("", 30.0))
    began = time.monotonic()
    with pytest.raises(ServiceUnavailable):
        act(hasty)
    assert time.monotonic() - began < 20  # patience and one more try, on a busy machine


def test_a_store_that_is_not_there_becomes_unavailable(aws_endpoint, monkeypatch):  # noqa: ARG001 - sets the variables
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ServiceUnavailable, match="AWS_ENDPOINT_URL"):
        S3BlobStore("s3://some-bucket", patience_s=1).get("ab/key")


def test_a_store_that_recovers_in_time_is_not_noticed(bucket, aws_front):
    store = S3BlobStore(f"s3://{bucket}/documents")
    aws_front.rule(("^(GET|HEAD|PUT)", 0.2))
    assert store.put("key", b"x")
    assert store.get("key") == b"x"


@each_act
def test_a_store_that_asks_for_fewer_requests_throttles_us(hasty, aws_front, act):
    aws_front.rule(("", 429))
    with pytest.raises(Throttled):
        act(hasty)


@each_act
def test_refused_credentials_are_a_matter_of_configuration(hasty, aws_front, act):
    aws_front.rule(("", 403))
    with pytest.raises(NotConfigured, match="403 Forbidden") as refused:
        act(hasty)
    assert "testing" not in str(refused.value)


@each_act
def test_a_bucket_that_does_not_exist_is_never_taken_for_an_empty_one(aws_endpoint, act):  # noqa: ARG001 - sets the variables
    with pytest.raises(NotConfigured, match="bucket that does not exist"):
        act(S3BlobStore("s3://nobody-made-this/documents"))


def test_that_the_bucket_is_there_is_asked_once(bucket, aws_front):
    store = S3BlobStore(f"s3://{bucket}/documents")
    for _ in range(3):
        with pytest.raises(NotFound):
            store.get("none")
    assert sum("list-type" in asked for asked in aws_front.seen()) == 1


def test_without_credentials_the_advice_names_them(bucket, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(NotConfigured, match="AWS_ACCESS_KEY_ID"):
        S3BlobStore(f"s3://{bucket}", patience_s=1).get("ab/key")


def test_what_is_shown_of_a_store_holds_no_credentials(hasty, bucket):
    assert repr(hasty) == f"S3BlobStore('s3://{bucket}/documents')"
