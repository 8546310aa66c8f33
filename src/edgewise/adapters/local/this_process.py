"""The executor without any machinery: everything runs here, one item at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

from edgewise.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Item = TypeVar("Item")
Result = TypeVar("Result")


class ThisProcess:
    """Runs each item when its result is asked for, in the caller's own process and thread."""

    def __init__(self) -> None:
        self._closed = False

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield the results in the order of the items. Raises InvalidInput after `close`."""
        if self._closed:
            raise InvalidInput("the executor is closed", advice="Open a new one.")
        return map(function, items)

    def close(self) -> None:
        """Refuse further work."""
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
