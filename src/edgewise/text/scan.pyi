import numpy as np
from numpy.typing import NDArray

from edgewise.text.styles import Styles

def scan(
    body: bytes, *, start: int, styles: Styles, high: NDArray[np.int32], typed: bool
) -> tuple[
    str,
    list[NDArray[np.int32]],
    list[NDArray[np.int32]],
    list[tuple[int, int, bytes]],
    list[tuple[bytes, int]],
    tuple[str, ...],
]: ...
