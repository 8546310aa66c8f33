"""A driver's errors in our words. PostgreSQL's codes are from appendix A of its manual; no server is needed."""

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from edgewise.adapters.sql.database import _public_name, _secrets
from edgewise.adapters.sql.errors import translated
from edgewise.core.errors import (
    InvalidInput,
    NotConfigured,
    Permanent,
    ServiceUnavailable,
    Transient,
    Unusable,
    WriteConflict,
)


class DriverError(Exception):
    def __init__(self, said, sqlstate):
        super().__init__(said)
        self.sqlstate = sqlstate


def raised(error, secrets=()):
    with pytest.raises(Exception) as caught, translated("postgresql://host/name", secrets):  # noqa: PT011
        raise error
    return caught.value


def from_postgres(sqlstate, said="driver's words"):
    return raised(DBAPIError("SELECT 1", None, DriverError(said, sqlstate)))


@pytest.mark.parametrize(
    ("sqlstate", "kind", "code"),
    [
        ("40001", WriteConflict, "database_busy"),  # serialization_failure
        ("40P01", WriteConflict, "database_busy"),  # deadlock_detected
        ("55P03", WriteConflict, "database_busy"),  # lock_not_available
        ("57P01", ServiceUnavailable, "database_gone"),  # admin_shutdown
        ("08006", ServiceUnavailable, "database_gone"),  # connection_failure
        ("53300", ServiceUnavailable, "database_crowded"),  # too_many_connections
        ("53100", Permanent, "disk_full"),
        ("25006", NotConfigured, "database_read_only"),  # read_only_sql_transaction
        ("28P01", NotConfigured, "database_closed_to_us"),  # invalid_password
        ("3D000", NotConfigured, "database_closed_to_us"),  # invalid_catalog_name
        ("42P01", NotConfigured, "database_not_upgraded"),  # undefined_table
        ("22003", InvalidInput, "value_refused"),  # numeric_value_out_of_range
        ("23514", InvalidInput, "value_refused"),  # check_violation
        ("XX001", Unusable, "database_corrupt"),  # data_corrupted
        ("58000", Permanent, "database_error"),  # system_error: nothing we know better about
    ],
)
def test_codes_of_postgresql(sqlstate, kind, code):
    error = from_postgres(sqlstate)
    assert isinstance(error, kind)
    assert error.code == code
    assert "postgresql://host/name" in str(error)
    assert "driver's words" in str(error)


def test_a_full_disk_is_not_worth_a_retry():
    assert not isinstance(from_postgres("53100"), Transient)


def test_a_server_that_was_never_reached_may_answer_later():
    assert isinstance(from_postgres(None, 'connection to server at "host", port 5432 failed'), ServiceUnavailable)


@pytest.mark.parametrize(
    "said",
    ['FATAL: database "nowhere" does not exist', 'FATAL: password authentication failed for user "x"'],
)
def test_a_server_that_refuses_us_will_refuse_again(said):
    error = from_postgres(None, f'connection to server at "host", port 5432 failed: {said}')
    assert isinstance(error, NotConfigured)


def test_words_of_a_driver_without_any_code_are_passed_on():
    assert str(from_postgres(None, "out of luck")).startswith("the database postgresql://host/name failed: out of luck")


def test_an_exhausted_pool_may_be_retried():
    assert isinstance(raised(PoolTimeout()), WriteConflict)


def test_our_own_errors_come_out_of_their_wrapping():
    ours = InvalidInput("no zone")
    assert raised(StatementError("x", "UPDATE", None, ours)) is ours


def test_mistakes_in_our_own_statements_are_not_dressed_up():
    mistake = StatementError("a value is required for bind parameter", "UPDATE", None, KeyError("x"))
    assert raised(mistake) is mistake


def test_a_password_is_masked_even_if_the_driver_repeats_it():
    error = raised(DBAPIError("", None, DriverError("bad dsn: hunter2", "28P01")), secrets=("hunter2",))
    assert "hunter2" not in str(error)
    assert "***" in str(error)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://user:hunter2@host:5432/name",
        "postgresql+psycopg://user@host:5432/name?password=hunter2",
    ],
)
def test_the_public_name_has_no_password_and_secrets_has(url):
    assert _public_name(make_url(url)) == "postgresql+psycopg://user@host:5432/name"
    assert _secrets(make_url(url)) == ("hunter2",)
