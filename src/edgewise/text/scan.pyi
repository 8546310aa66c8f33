from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edgewise.text.styles import Styles

def scan(
    body: bytes, *, start: int, styles: Styles, high: Sequence[int], typed: bool
) -> tuple[
    str,
    list[NDArray[np.int32]],
    list[NDArray[np.int32]],
    list[tuple[int, int, bytes]],
    list[tuple[bytes, int]],
    tuple[str, ...],
]: ...
def utf8_shares(body: bytes) -> tuple[int, int]: ...
