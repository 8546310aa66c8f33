"""The service's errors, in the one shape that all of Edgewise's have: code, message, advice.

What is wrong with the question is told in full; what is wrong here only as a code: its words name folders and tables.
Nothing that was sent is repeated.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from edgewise.core.errors import EdgewiseError, InvalidInput, NotFound, TooLarge, Transient
from edgewise.serve.api.errors import LONGEST_SHOWN, problem
from edgewise.serve.scoring.admission import Overloaded
from edgewise.serve.scoring.front import kind_and_place
from edgewise.serve.scoring.requests import HOW_TO_ASK, UnreadableBody

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI, Request
    from fastapi.responses import JSONResponse

LOG = logging.getLogger(__name__)
# The kinds of errors that are told in full: the caller's, and that there is too much to do.
STATUSES: Mapping[type[EdgewiseError], int] = {TooLarge: 413, NotFound: 404, InvalidInput: 422, Overloaded: 503}
METHODS = {"/v1/score": "POST", "/v1/score/batch": "POST"}


def add_error_handlers(app: FastAPI) -> None:
    """Let `app` answer each known kind of error; the unknown ones are `Front`'s."""
    app.add_exception_handler(EdgewiseError, _edgewise_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)


def told(error: EdgewiseError) -> tuple[int, str, str, str]:
    """Return HTTP's status for an error, its code, message and advice as a caller may read them."""
    if isinstance(error, UnreadableBody):
        return error.status, error.code, error.what, error.advice
    for kind, status in STATUSES.items():
        if isinstance(error, kind):
            return status, error.code, error.what, error.advice
    if isinstance(error, Transient):
        return 503, error.code, "What is needed cannot be reached at the moment", "Try again in a moment."
    return 500, error.code, "It cannot be scored", "The server's log has the details."


def log_failure(error: EdgewiseError, what: str) -> None:
    """Log an error that is ours and not the caller's, by its code and place."""
    if not isinstance(error, tuple(STATUSES)):
        LOG.error("%.200s failed: %s (%s) at %s", what, error.code, *kind_and_place(error))


def _edgewise_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, EdgewiseError)
    log_failure(error, f"{request.method} {request.scope['path']!r}")
    headers = {"Retry-After": str(error.retry_after_s)} if isinstance(error, Overloaded) else None
    return problem(*told(error), headers)


def _invalid_request(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    places = ", ".join(".".join(str(part)[:40] for part in each["loc"]) for each in error.errors()[:5])
    return problem(422, InvalidInput.reason, f"The request does not fit: {places}", HOW_TO_ASK)


def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    path = request.scope["path"]
    if error.status_code == 404:  # noqa: PLR2004 - HTTP's own number
        return problem(404, NotFound.reason, f"There is nothing at {path[:LONGEST_SHOWN]}", "See /openapi.json.")
    if error.status_code == 405:  # noqa: PLR2004 - as above
        allowed = METHODS.get(path, "GET, HEAD")
        message = f"{request.method[:LONGEST_SHOWN]} is not possible at {path[:LONGEST_SHOWN]}"
        return problem(405, "method_not_allowed", message, f"Use {allowed}.", {"Allow": allowed})
    return problem(error.status_code, "http_error", str(error.detail), HOW_TO_ASK, error.headers)
