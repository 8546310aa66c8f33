"""The two packages that trained models need, imported at first use."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from edgewise.core.errors import NotConfigured

if TYPE_CHECKING:
    from types import ModuleType


def needed(package: str) -> ModuleType:
    """Return the package. Raises NotConfigured where it is not installed."""
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise NotConfigured(
            f"trained models need the package {package}", advice='Install them: pip install "edgewise"'
        ) from error
