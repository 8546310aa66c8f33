"""The table from URL scheme to adapter. Class paths are text: an adapter is imported when its URL is first used."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

from edgewise.core.errors import InvalidInput, NotConfigured

if TYPE_CHECKING:
    from collections.abc import Mapping

DATABASES: Mapping[str, str] = {
    "sqlite": "edgewise.adapters.sql:open_database",
    "postgresql": "edgewise.adapters.sql:open_database",
}
DOCUMENTS: Mapping[str, str] = {
    "": "edgewise.adapters.disk:DiskBlobStore",
    "file": "edgewise.adapters.disk:DiskBlobStore",
    "s3": "edgewise.adapters.s3:S3BlobStore",
}
EXECUTORS: Mapping[str, str] = {
    "this": "edgewise.adapters.local:ThisProcess",
    "processes": "edgewise.adapters.local:ProcessPool",
    "ray": "edgewise.adapters.ray:open_ray",
}
# The rate limit: a file for all processes of this machine, a row for all machines, or this process alone.
LIMITS: Mapping[str, str] = {
    "": "edgewise.adapters.disk:FileLimit",
    "file": "edgewise.adapters.disk:FileLimit",
    "database": "edgewise.adapters.sql.limit:SqlLimit",
    "this": "edgewise.sources.http:SpacedLimit",
}
# A vendor's tables, read only: his database, a copy of it, or a folder with a file for each.
OUTSIDE_TABLES: Mapping[str, str] = {
    "": "edgewise.adapters.disk.folder_tables:FolderTables",
    "file": "edgewise.adapters.disk.folder_tables:FolderTables",
    "sqlite": "edgewise.adapters.sql.outside_tables:SqlTables",
    "postgresql": "edgewise.adapters.sql.outside_tables:SqlTables",
}
# "" is a table of the operational database: the factory takes that database, the others take the URL.
QUEUES: Mapping[str, str] = {
    "": "edgewise.adapters.sql:SqlQueue",
    "sqs": "edgewise.adapters.aws:open_queue",
}
SEEN: Mapping[str, str] = {
    "": "edgewise.adapters.sql:SqlSeen",
    "dynamodb": "edgewise.adapters.aws:open_seen",
}
# Copies of the vectors of risk factors, to be searched faster than the lake. The factory takes the database.
VECTORS: Mapping[str, str] = {"database": "edgewise.adapters.sql.vector_index:open_vector_index"}
# A packaged model by its name, a model folder, or a registered model, which is fetched to a folder first.
TONE_MODELS: Mapping[str, str] = dict.fromkeys(("", "file", "registry"), "edgewise.adapters.onnx:OnnxSentenceTone")
EMBEDDERS: Mapping[str, str] = dict.fromkeys(("", "file", "registry"), "edgewise.adapters.onnx:OnnxEmbedder")
# Where the extra that installs an adapter's package is not called like the scheme.
EXTRAS: Mapping[str, str] = {"postgresql": "postgres", "s3": "cloud", "sqs": "cloud", "dynamodb": "cloud"}
_SCHEME = re.compile(r"([a-z][a-z0-9+]*)://")


def scheme_of(url: str) -> str:
    """Return the scheme of a URL, without a driver part; '' for a plain path."""
    match = _SCHEME.match(url)
    return match.group(1).partition("+")[0] if match else ""


def adapter_for(url: str, table: Mapping[str, str], *, setting: str) -> Any:
    """Return the class or factory that serves `url`.

    Raises InvalidInput for a scheme that is not in the table, NotConfigured where its package is not installed.
    """
    scheme = scheme_of(url)
    if scheme not in table:
        known = ", ".join(f"{name}://" if name else "a path" for name in table)
        raise InvalidInput(
            f"{setting} cannot be {f'{scheme}://' if scheme else 'a plain path'}", advice=f"Known are {known}."
        )
    module, _, name = table[scheme].partition(":")
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        raise NotConfigured(
            f"{setting} {scheme}:// needs the package {error.name}",
            advice=f'Install it: pip install "edgewise[{EXTRAS.get(scheme, scheme)}]"',
        ) from error
