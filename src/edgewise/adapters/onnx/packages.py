"""The two packages that trained models need, imported at first use.

ONNX Runtime's builds report to their maker how they are used: from the import on, by a thread of their own, which no
fork of the process would have. What is scored here is nobody else's business, so it is told not to.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

from edgewise.core.errors import NotConfigured

if TYPE_CHECKING:
    from types import ModuleType

NO_REPORTS = "ORT_DISABLE_TELEMETRY"  # the library's own name; read once, as it is imported


def needed(package: str) -> ModuleType:
    """Return the package. Raises NotConfigured where it is not installed."""
    os.environ.setdefault(NO_REPORTS, "1")
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise NotConfigured(
            f"trained models need the package {package}", advice='Install them: pip install "edgewise"'
        ) from error
