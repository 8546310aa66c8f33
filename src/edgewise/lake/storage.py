"""What an object store needs to be told, in the words of Delta and of Polars, and its failures in ours.

Both libraries retry by themselves. They are told for how long, so that a store that is down or slow becomes an error
within about two minutes: what one request may take, and after which time nothing is tried again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edgewise.core.errors import EdgewiseError, InvalidInput, NotConfigured, ServiceUnavailable, Throttled

if TYPE_CHECKING:
    from collections.abc import Mapping

BOUNDS: Mapping[str, str] = {
    "connect_timeout": "5s",
    "timeout": "60s",
    "max_retries": "8",
    "retry_timeout": "60s",
    "backoff_config.init_backoff": "100ms",
    "backoff_config.max_backoff": "10s",
    "backoff_config.base": "2",
}
_NAMES = {
    "AWS_ACCESS_KEY_ID": "aws_access_key_id",
    "AWS_SECRET_ACCESS_KEY": "aws_secret_access_key",
    "AWS_SESSION_TOKEN": "aws_session_token",
    "AWS_DEFAULT_REGION": "aws_region",
    "AWS_REGION": "aws_region",  # the later of two counts, as it does for Amazon's own tools
    "AWS_ENDPOINT_URL": "aws_endpoint_url",
    "AWS_ENDPOINT_URL_S3": "aws_endpoint_url",
}
_DURATION = re.compile(r"(\d+)(ms|s)")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_SHOWN = 600
_THROTTLED = ("SlowDown", "429 Too Many Requests")
_NO_BUCKET = ("NoSuchBucket",)
_FULL = ("No space left on device", "StorageFull", "Disk quota exceeded")
_READ_ONLY = ("Read-only file system", "ReadOnlyFilesystem")
_NOT_ALLOWED = ("403 Forbidden", "401 Unauthorized", "necessary privileges", "credential", "/latest/api/token")


def storage_options_from(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the storage options of S3 that the standard AWS_ variables in `environ` name.

    Variables that are absent or empty are left out: then the credentials of the machine's own role are used. A plain
    http:// endpoint, as of a store on this machine, is allowed because somebody wrote it there.
    """
    options = {option: environ[name] for name, option in _NAMES.items() if environ.get(name)}
    if options.get("aws_endpoint_url", "").startswith("http://"):
        options["allow_http"] = "true"
    return options


def bounded(options: Mapping[str, str]) -> dict[str, str]:
    """Return storage options with a limit on time and retries wherever they set none themselves."""
    return {**BOUNDS, **options}


def for_polars(options: Mapping[str, str]) -> dict[str, object]:
    """Return Delta's storage options as Polars wants them: its own names and whole numbers for the retries."""
    told: dict[str, object] = {name: value for name, value in options.items() if "." not in name}
    if "max_retries" in told:
        told["max_retries"] = int(options["max_retries"])
    if "retry_timeout" in told:
        told["retry_timeout_ms"] = _milliseconds(options["retry_timeout"])
        del told["retry_timeout"]
    return told


def storage_error(url: str, error: Exception) -> EdgewiseError:
    """Return what a storage library raised about the lake at `url` as an error of ours, on one line."""
    said = " ".join(_COLOUR.sub("", str(error)).replace("↳", "").split())
    what = f"the lake at {url} did not answer: {said[:_SHOWN]}"
    if any(sign in said for sign in _NO_BUCKET):
        return NotConfigured(
            f"the lake at {url} names a bucket that does not exist", advice="Make it, or name another."
        )
    if any(sign in said for sign in _THROTTLED):
        return Throttled(what, advice="Run again in a moment, with fewer workers.")
    if isinstance(error, PermissionError) or any(sign in said for sign in _NOT_ALLOWED):
        return NotConfigured(what, advice="Check its rights, and the credentials in AWS_ACCESS_KEY_ID or the role.")
    if any(sign in said for sign in _READ_ONLY):
        return NotConfigured(what, advice="Make its file system writable.", reason="disk_forbidden")
    if any(sign in said for sign in _FULL):
        return ServiceUnavailable(what, advice="Free space, then run again.", reason="disk_full")
    return ServiceUnavailable(what, advice="Check that it exists, its rights and its free space.")


def _milliseconds(duration: str) -> int:
    parts = _DURATION.fullmatch(duration)
    if parts is None:
        raise InvalidInput(f"{duration!r} is not a duration for storage options", advice="Write 500ms or 60s.")
    return int(parts[1]) * (1000 if parts[2] == "s" else 1)
