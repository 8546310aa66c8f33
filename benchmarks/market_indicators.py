"""Ten indicators of 3,600 securities over 1,260 sessions: seconds, beside a bare loop over TA-Lib on the same prices.

The ten: RSI 14, MACD 12/26/9, SMA 50 and 200, EMA 12 and 26, Bollinger 20/2, mean volume 20, and of the closes' moves
the mean of 20 and of 200. TA-Lib runs in an environment of its own (`build/peers/ta-lib`), made on first use; without a
package index it is left out, and said so. Its loop has what it likes best: one contiguous row per security, no gaps.
Where both have a value they are compared, too.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

CHECKOUT = Path(__file__).resolve().parents[1]
if str(CHECKOUT) not in sys.path:
    sys.path.insert(0, str(CHECKOUT))  # the folder `benchmarks` is a package of this checkout, not an installed one

STOCKS, SESSIONS, ROUNDS = 3_600, 1_260, 5
BAR_S = 0.5
PEER = "TA-Lib 0.8.2"
ENVIRONMENT = CHECKOUT / "build" / "peers" / "ta-lib"
NAMES = (
    *("rsi_14", "macd", "macd_signal", "macd_histogram", "sma_50", "sma_200", "ema_12", "ema_26"),
    *("bollinger_upper", "bollinger_middle", "bollinger_lower", "volume_20", "moves_20", "moves_200"),
)


def drawn() -> tuple[np.ndarray, np.ndarray]:
    """Return closes and volumes, (time, stock), always the same."""
    draws = np.random.default_rng(20_240_101)
    closes = 50 * np.exp(np.cumsum(0.02 * draws.standard_normal((SESSIONS, STOCKS)), axis=0))
    return closes, np.floor(1e6 * np.exp(draws.standard_normal((SESSIONS, STOCKS))))


def moves_of(closes: np.ndarray) -> np.ndarray:
    """Return the moves from close to close, the first of them 0."""
    return np.diff(closes, axis=0, prepend=closes[:1])


def by_us(closes: np.ndarray, volumes: np.ndarray) -> dict[str, np.ndarray]:
    """Return every indicator by name, (time, stock)."""
    from edgewise.market.indicators import chart, sma  # noqa: PLC0415 - the peer's environment has no edgewise

    moves = moves_of(closes)
    return chart(closes, volumes) | {"moves_20": sma(moves, 20), "moves_200": sma(moves, 200)}


def by_ta_lib(closes: np.ndarray, volumes: np.ndarray) -> dict[str, np.ndarray]:
    """Return the same, (stock, time), from arrays (stock, time)."""
    import talib  # noqa: PLC0415 - only in the peer's environment

    found = {name: np.empty_like(closes) for name in NAMES}
    for stock, (close, volume) in enumerate(zip(closes, volumes, strict=True)):
        moves = np.diff(close, prepend=close[0])
        answers = (
            talib.RSI(close, 14),
            *talib.MACD(close, 12, 26, 9),
            *(talib.SMA(close, window) for window in (50, 200)),
            *(talib.EMA(close, window) for window in (12, 26)),
            *talib.BBANDS(close, 20, 2, 2),
            talib.SMA(volume, 20),
            *(talib.SMA(moves, window) for window in (20, 200)),
        )
        for name, answer in zip(NAMES, answers, strict=True):
            found[name][stock] = answer
    return found


def fastest(work: object, *arrays: np.ndarray) -> float:
    """Return the least wall seconds of some calls."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work(*arrays)  # type: ignore[operator]
        times.append(time.perf_counter() - began)
    return min(times)


def peer(folder: Path) -> None:
    """In the peer's environment: time the loop, keep what it found for a few securities."""
    closes, volumes = (np.ascontiguousarray(array.T) for array in drawn())
    print(json.dumps({"seconds": fastest(by_ta_lib, closes, volumes)}))
    np.savez(folder / "found.npz", **by_ta_lib(closes[:50], volumes[:50]))


def peer_python() -> Path | None:
    """Return the interpreter of the peer's environment, made if need be; None where that cannot be."""
    python = ENVIRONMENT / "bin" / "python"
    if not (ENVIRONMENT / "ready").is_file():
        make = [sys.executable, "-m", "venv", str(ENVIRONMENT)]
        install = [str(python), "-m", "pip", "install", "--quiet", PEER.replace(" ", "=="), f"numpy=={np.__version__}"]
        if any(subprocess.run(command, check=False).returncode for command in (make, install)):
            return None
        (ENVIRONMENT / "ready").touch()
    return python


def main() -> None:
    """Measure, compare and record."""
    from benchmarks.harness import record  # noqa: PLC0415 - the peer's environment has no edgewise

    closes, volumes = drawn()
    seconds = fastest(by_us, closes, volumes)
    ours, theirs, furthest = by_us(closes[:, :50].copy(), volumes[:, :50].copy()), None, None
    python = peer_python()
    if python is None:
        print(f"without the peer: {PEER} cannot be installed", flush=True)
    else:
        with tempfile.TemporaryDirectory() as folder:
            told = subprocess.run(
                [str(python), __file__, "--peer", folder], check=True, capture_output=True, text=True
            ).stdout
            theirs = json.loads(told)["seconds"]
            with np.load(Path(folder) / "found.npz") as found:
                furthest = {name: _apart(ours[name].T, found[name]) for name in NAMES}
    record(
        "market",
        "indicators_s",
        value=seconds,
        unit=f"s for ten indicators of {STOCKS:,} x {SESSIONS:,}",
        bar=BAR_S,
        higher_is_better=False,
        peer=f"a bare loop over {PEER}",
        peer_value=theirs,
        details={"furthest_apart": furthest},
    )


def _apart(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return the largest difference relative to the larger of 1 and the value; infinite where only one has a value."""
    if (np.isnan(ours) != np.isnan(theirs)).any():
        return float("inf")
    return float(np.nanmax(np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]:
        peer(Path(sys.argv[2]))
    else:
        main()
