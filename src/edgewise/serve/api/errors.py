"""Every error as JSON in one shape: what is the caller's in full, what is ours only as a code.

The text of our own errors names folders, databases and tables of this machine; it goes into the log, not to strangers.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from edgewise.core.errors import EdgewiseError, InvalidInput, NotFound, ServiceUnavailable, Transient, Unusable
from edgewise.serve.api.models import Problem, ProblemDetails

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fastapi import FastAPI, Request

LOG = logging.getLogger(__name__)
LONGEST_SHOWN = 200
ALL_PARAMETERS = "The parameters of every route are in /openapi.json."
ADVICE = {"as_of": "Write date, time and zone, for example 2024-05-01T20:00:00Z (a plus sign is sent as %2B)."}


def add_error_handlers(app: FastAPI) -> None:
    """Let `app` answer each known kind of error in the one shape; the unknown ones are `Reception`'s."""
    app.add_exception_handler(EdgewiseError, _edgewise_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)


@contextmanager
def reading() -> Iterator[None]:
    """Run a read whose every failure is the server's, whatever the reader calls it.

    A file that vanished under a reader is not the caller's 404, nor is a stored value that cannot be read their 422.
    Raises ServiceUnavailable and Unusable instead.
    """
    try:
        yield
    except NotFound as error:
        raise ServiceUnavailable(f"what was being read has changed: {error}", advice="Try again.") from error
    except InvalidInput as error:
        raise Unusable(f"what is stored cannot be read: {error}", advice="Look at the row that it names.") from error


def is_failure(error: BaseException) -> bool:
    """Return whether this is no request to stop.

    A panic inside a library in Rust is no Exception to Python, and each library has a class of its own for it.
    """
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def problem(
    status: int, code: str, message: str, advice: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Return an error in the one shape all errors have."""
    body = Problem(error=ProblemDetails(code=code, message=message, advice=advice))
    return JSONResponse(body.model_dump(), status_code=status, headers=headers)


def unexpected_problem() -> JSONResponse:
    """Return the answer to an error that nobody foresaw."""
    return problem(500, "unexpected_error", "The server failed", "Its log has the details; please report them.")


def _edgewise_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, EdgewiseError)
    if isinstance(error, NotFound | InvalidInput):
        return problem(404 if isinstance(error, NotFound) else 422, error.code, error.what, error.advice)
    LOG.error("%s %.200r failed", request.method, request.scope["path"], exc_info=error)
    if isinstance(error, Transient):
        return problem(503, error.code, "The stored data cannot be read at the moment", "Try again in a moment.")
    return problem(500, error.code, "The stored data cannot be read", "The server's log has the details.")


def _invalid_request(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    complaints = [(".".join(str(part) for part in each["loc"][1:]), each["msg"]) for each in error.errors()]
    advice = next((ADVICE[name] for name, _ in complaints if name in ADVICE), ALL_PARAMETERS)
    return problem(422, InvalidInput.reason, "; ".join(f"{name}: {message}" for name, message in complaints), advice)


def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    path = request.scope["path"][:LONGEST_SHOWN]
    if error.status_code == 404:  # noqa: PLR2004 - HTTP's own number
        return problem(404, NotFound.reason, f"There is nothing at {path}", "The routes are in /openapi.json.")
    if error.status_code == 405:  # noqa: PLR2004 - as above
        message = f"{request.method[:LONGEST_SHOWN]} is not possible at {path}"
        return problem(405, "method_not_allowed", message, "This API is read with GET.", {"Allow": "GET, HEAD"})
    return problem(error.status_code, "http_error", str(error.detail), ALL_PARAMETERS, error.headers)
