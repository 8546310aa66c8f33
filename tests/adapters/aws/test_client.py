"""What Amazon's services and botocore say, in our words; how often is tried; and what is never told."""

import http.server
import threading

import botocore.endpoint
import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)

from edgewise.adapters.aws import open_queue, open_seen
from edgewise.adapters.aws.client import translated
from edgewise.core.errors import InvalidInput, NotConfigured, Permanent, ServiceUnavailable, Throttled

pytestmark = pytest.mark.usefixtures("aws_endpoint")


def said(code, status=400):
    answer = {
        "Error": {"Code": code, "Message": "x-amz-security-token: hunter2"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, "Whatever")


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (said("AWS.SimpleQueueService.NonExistentQueue"), NotConfigured, "aws_absent"),
        (said("QueueDoesNotExist"), NotConfigured, "aws_absent"),
        (said("ResourceNotFoundException"), NotConfigured, "aws_absent"),
        (said("AccessDeniedException"), NotConfigured, "aws_not_allowed"),
        (said("ExpiredTokenException"), NotConfigured, "aws_not_allowed"),
        (said("SignatureDoesNotMatch", 403), NotConfigured, "aws_not_allowed"),
        (said("ThrottlingException"), Throttled, "throttled"),
        (said("ProvisionedThroughputExceededException"), Throttled, "throttled"),
        (said("RequestThrottled", 403), Throttled, "throttled"),
        (said("InternalServerError", 500), ServiceUnavailable, "aws_unavailable"),
        (said("", 503), ServiceUnavailable, "aws_unavailable"),
        (said("SomethingNew"), Permanent, "aws_refused"),
        (EndpointConnectionError(endpoint_url="https://x"), ServiceUnavailable, "aws_unavailable"),
        (ReadTimeoutError(endpoint_url="https://x"), ServiceUnavailable, "aws_unavailable"),
        (NoCredentialsError(), NotConfigured, "aws_not_configured"),
        (ParamValidationError(report="x"), InvalidInput, "value_refused"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_each_error_has_a_class_and_a_reason_of_ours_and_tells_no_secret(error, kind, reason):
    with pytest.raises(kind) as told, translated("SQS queue q"):
        raise error
    assert type(told.value) is kind
    assert told.value.code == reason
    assert "SQS queue q" in str(told.value)
    assert "hunter2" not in str(told.value)
    if isinstance(error, ClientError):
        assert told.value.__suppress_context__


class Refusing(http.server.BaseHTTPRequestHandler):
    """A service that is always at its limit."""

    asked = 0

    def do_POST(self):
        type(self).asked += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}'
        self.send_response(400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def refusing(monkeypatch):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Refusing,), {}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    yield server.RequestHandlerClass
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_service_at_its_limit_is_asked_four_times_and_then_the_caller_is_told(refusing, monkeypatch):
    pauses = []
    monkeypatch.setattr(botocore.endpoint.time, "sleep", pauses.append)
    with pytest.raises(Throttled, match="DynamoDB table table"):
        open_seen("dynamodb://table").forget(["a"])
    assert refusing.asked == 4
    assert len(pauses) == 3


def test_a_service_that_nobody_runs_is_unavailable(monkeypatch):
    monkeypatch.setattr(botocore.endpoint.time, "sleep", lambda _: None)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(ServiceUnavailable, match="no usable answer"):
        open_queue("sqs://q.fifo").depth()


def test_without_a_region_it_is_told_what_to_set(monkeypatch):
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.delenv("AWS_REGION")
    with pytest.raises(NotConfigured, match="Set AWS_DEFAULT_REGION"):
        open_queue("sqs://q.fifo")


def test_without_credentials_it_is_told_what_to_set(monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(NotConfigured, match="credentials"):
        open_seen("dynamodb://table").forget(["a"])
