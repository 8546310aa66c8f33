"""A cache that forgets what was asked for least recently, limited by bytes."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Value = TypeVar("Value")


class ByteCache(Generic[Value]):
    """Values by key, within `limit` bytes. For one thread: the event loop's.

    size_of: bytes that a value takes; asked once, when it is kept. A value larger than the limit is not kept.
    told:    hears of every look-up whether it hit.
    """

    def __init__(self, limit: int, size_of: Callable[[Value], int], told: Callable[[bool], None]) -> None:
        self._limit, self._size_of, self._told = limit, size_of, told
        self._kept: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable) -> Value | None:
        """Return the value, None where it is not kept."""
        found = self._kept.get(key)
        self._told(found is not None)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def keep(self, key: Hashable, value: Value) -> None:
        """Keep the value; what was asked for least recently makes room."""
        size = self._size_of(value)
        if size > self._limit:
            return
        if key in self._kept:
            self.bytes -= self._kept.pop(key)[1]
        self._kept[key] = (value, size)
        self.bytes += size
        while self.bytes > self._limit:
            self.bytes -= self._kept.popitem(last=False)[1][1]
