"""What an object store is told: Amazon's own variables in, the words of Delta and of Polars out."""

import pytest

from edgewise.core.errors import InvalidInput, NotConfigured, ServiceUnavailable
from edgewise.lake.storage import BOUNDS, bounded, for_polars, storage_error, storage_options_from


def test_the_standard_variables_become_storage_options_and_empty_ones_are_left_out():
    environ = {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "",
        "AWS_DEFAULT_REGION": "us-west-2",
        "HOME": "/root",
    }
    assert storage_options_from(environ) == {
        "aws_access_key_id": "key",
        "aws_secret_access_key": "secret",
        "aws_region": "us-west-2",
    }
    assert storage_options_from({}) == {}


def test_the_more_specific_variable_counts():
    both = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"}
    assert storage_options_from(both) == {"aws_region": "eu-west-1"}


@pytest.mark.parametrize(("endpoint", "allowed"), [("http://127.0.0.1:9000", "true"), ("https://s3.test", None)])
def test_plain_http_is_allowed_only_where_the_endpoint_says_so(endpoint, allowed):
    assert storage_options_from({"AWS_ENDPOINT_URL": endpoint}).get("allow_http") == allowed


def test_a_limit_that_is_set_stays_and_the_others_are_added():
    assert bounded({"max_retries": "1"}) == {**BOUNDS, "max_retries": "1"}


def test_polars_gets_numbers_for_the_retries_and_nothing_it_does_not_know():
    told = for_polars({"aws_region": "x", "max_retries": "3", "retry_timeout": "2s", "backoff_config.base": "2"})
    assert told == {"aws_region": "x", "max_retries": 3, "retry_timeout_ms": 2000}
    assert for_polars({"retry_timeout": "250ms"}) == {"retry_timeout_ms": 250}


def test_a_duration_that_cannot_be_read_is_refused():
    with pytest.raises(InvalidInput, match="'soon' is not a duration"):
        for_polars({"retry_timeout": "soon"})


@pytest.mark.parametrize(
    ("said", "kind", "code"),
    [
        (
            'Os { code: 30, kind: ReadOnlyFilesystem, message: "Read-only file system" }',
            NotConfigured,
            "disk_forbidden",
        ),
        ("Unable to write: No space left on device (os error 28)", ServiceUnavailable, "disk_full"),
        ("something else", ServiceUnavailable, "service_unavailable"),
    ],
)
def test_a_disk_that_is_full_or_may_not_be_written_has_a_code_of_its_own(said, kind, code):
    error = storage_error("/lake", OSError(said))
    assert (type(error), error.code) == (kind, code)
