"""A client of one of Amazon's services, with bounded patience, and its errors in our words.

Of an error only its code is told. The text of a refused signature quotes the request, session token included.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    IncompleteReadError,
    ParamValidationError,
    WaiterError,
)
from botocore.exceptions import ConnectionError as NoConnection
from botocore.parsers import ResponseParserError

from edgewise.core.errors import (
    EdgewiseError,
    InvalidInput,
    NotConfigured,
    Permanent,
    ServiceUnavailable,
    Throttled,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

CONNECT_S, READ_S = 5, 30  # a long poll of SQS is silent for up to 20 seconds
ATTEMPTS = 4
CONNECTIONS = 16
_SERVER_ERROR = 500

_ABSENT = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "ResourceNotFoundException"})
_THROTTLED = frozenset(
    {
        "KmsThrottled",
        "LimitExceededException",
        "OverLimit",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_UNAVAILABLE = frozenset(
    {"InternalError", "InternalFailure", "InternalServerError", "RequestTimeout", "ServiceUnavailable"}
)
_NOT_ALLOWED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSecurity",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "OptInRequired",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)


def open_client(service: str) -> Any:
    """Return a client of `service`. It tries four times, with growing pauses, and no try waits longer than 30 seconds.

    Nothing is asked yet. Raises NotConfigured without a region, or with a profile that does not exist.
    """
    config = Config(
        connect_timeout=CONNECT_S,
        read_timeout=READ_S,
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        max_pool_connections=CONNECTIONS,
    )
    with translated(service):
        return boto3.session.Session().client(service, config=config)


@contextmanager
def translated(name: str, *, absent: str = "") -> Iterator[None]:
    """Turn what botocore raises inside the block into an EdgewiseError about `name`.

    absent: what to do where there is no such queue or table.
    """
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        raise error_of(code, name, absent=absent, status=status) from None
    except (HTTPClientError, NoConnection, IncompleteReadError, ResponseParserError, WaiterError) as error:
        raise ServiceUnavailable(
            f"{name} gave no usable answer ({type(error).__name__})",
            advice="Check the network, the proxy settings and AWS_ENDPOINT_URL.",
            reason="aws_unavailable",
        ) from None
    except ParamValidationError as error:
        raise InvalidInput(f"{name} does not take what it was given", reason="value_refused") from error
    except BotoCoreError as error:
        raise NotConfigured(
            f"{name} cannot be asked ({type(error).__name__})",
            advice="Set AWS_DEFAULT_REGION, and credentials where AWS clients look for them.",
            reason="aws_not_configured",
        ) from None


def error_of(code: str, name: str, *, absent: str = "", status: int = 0) -> EdgewiseError:
    """Return what a service's error code means to us."""
    if code in _ABSENT:
        return NotConfigured(f"there is no {name}", advice=absent or "Create it.", reason="aws_absent")
    if code in _NOT_ALLOWED:
        return NotConfigured(
            f"{name} does not let us in ({code})",
            advice="Check the credentials, their rights and this machine's clock.",
            reason="aws_not_allowed",
        )
    if code in _THROTTLED:
        return Throttled(f"{name} asks us to slow down ({code})", advice="Try again in a moment.")
    if code in _UNAVAILABLE or status >= _SERVER_ERROR:
        return ServiceUnavailable(f"{name} failed ({code or status})", advice="Try again.", reason="aws_unavailable")
    return Permanent(f"{name} refused ({code or status})", advice="Look the code up.", reason="aws_refused")
