"""Fuzz the scan of documents, guided by coverage: `python scripts/fuzz_scan.py --minutes 30`.

1. The scan is compiled anew into build/fuzz, with gcc's trace of every basic block and with AddressSanitizer.
2. A worker mutates documents, keeps those that reach a new edge, and checks what must hold of every document
   (`broken_promise`): nothing raised, offsets that fit, work linear in the bytes.
3. The worker notes each input before it reads it; when it dies, the input it died of is the finding, and the next
   worker goes on. Findings land in build/fuzz/findings, cut down as far as a few minutes allow.

Needs gcc. With the real archive beside the checkout its documents are among the seeds.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import importlib.machinery
import importlib.util
import mmap
import os
import random
import re
import subprocess
import sys
import sysconfig
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

CHECKOUT = Path(__file__).resolve().parents[1]
SOURCE = CHECKOUT / "src" / "edgewise" / "text" / "scan.pyx"
BUILD = CHECKOUT / "build" / "fuzz"
FINDINGS = BUILD / "findings"
CORPUS = BUILD / "corpus"
MODULE = BUILD / f"scan{sysconfig.get_config_var('EXT_SUFFIX')}"
CURRENT = BUILD / "current"
MAP_SIZE = 1 << 16
LONGEST = 1 << 14
SECONDS_TO_CUT_DOWN = 300
WORK_PER_BYTE = 400
WORK_AT_LEAST = 200_000
RUNTIME = """
#include <stdint.h>
#define MAP_SIZE 65536
static uint8_t map[MAP_SIZE];
static uint64_t work;
static uintptr_t before;
void __sanitizer_cov_trace_pc(void) {
    uintptr_t here = (uintptr_t) __builtin_return_address(0);
    uint8_t *count = &map[((here >> 1) ^ before) & (MAP_SIZE - 1)];
    if (*count < 255) ++*count;
    before = (here >> 2) & (MAP_SIZE - 1);
    ++work;
}
uint8_t *fuzz_map(void) { return map; }
uint64_t *fuzz_work(void) { return &work; }
"""
TOKENS = [
    *b"""<p> </p> <p <br> <hr> <b> </b> <i> <u> <font </font> <font/size=2> <div> </div> <div <span> </span> <td> </td>
    <tr> </tr> <table> </table> <li> <ul> </ul> <h1> </h1> <pre> </pre> <a/href=#x> </a> <a/name=x> <ix:header>
    </ix:header> <ix:hidden/> <ix:nonFraction> </ix:nonFraction> <script> </script> <style> </style> <title/> </title>
    <template> </template> <body/style=font-size:9pt> </body> <html> <PAGE> <TABLE> </TABLE> <S> <C> <CAPTION> <center>
    style="display:none" style="page-break-before:always" style="page-break-after:always" style="font:bold" hidden
    style="margin-left:1in;text-indent:-9pt" align=center style=' " ' / = > < & &amp; &nbsp; &lt &#160; &#x2019; &#0;
    &nGt; &CounterClockwiseContourIntegral; &notit; &#99999999; <!-- --> --!> <!--> <! <? ?> <![CDATA[ ]]> plaintext
    \xe2\x80\x99 \xc2\xa0 \xf0\x9f\x98\x80 \xe2\x80 \xff \x92 \xef\xbb\xbf \xc2\x85 Item PART item 12 . -""".split(),
    *(b" ", b"    ", b"\t", b"\n", b"\r", b"\r\n", b"\n\n", b"\0", b"\f", b"x" * 60, b"<p " + b"a" * 40),
]
LEVELS = np.array([1 << max(count.bit_length() - 1, 0) for count in range(256)], dtype=np.uint8)
SPACES = re.compile(r"[ \t\n] |[ \t][\t\n]|^[ \t]|[ \t]$|[^\S \t\n]")
SEEDS = (
    b"<p><b>Item 1.</b> Business</p><p>We sell&nbsp;nuts &amp; bolts.",
    b"<table><tr><td>Sales<td>$<td>10<tr><td><p>one<p>two</table><ul><li>a<li>b</ul><hr>",
    b"<PAGE>   2\r\n<TABLE>\r\n<CAPTION>\r\n     1996   1995\r\n<S>    <C>\r\nSales   $ 10   $ 9\r\n</TABLE>\r\n",
    b"<div style='display:none'><ix:header><ix:hidden>x</ix:hidden></ix:header></div><p>seen",
    b"<html><body><pre>a   b\nc\n</pre><!-- c --><script>x</script><a href='#i'>link</a><a name='i'></a></body></html>",
)


def main() -> int:
    """Build, fuzz in workers, cut the findings down; return how many there are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--try", dest="tried", type=Path, help="read one file and say what it breaks")
    asked = parser.parse_args()
    if asked.worker:
        fuzz(asked.minutes * 60, asked.seed)
        return 0
    if asked.tried:
        reader = reader_of_instrumented()
        print(broken_promise(reader, asked.tried.read_bytes()) or "nothing is broken")
        return 0
    build()
    return supervise(asked.minutes * 60, asked.seed)


def build() -> None:
    """Compile the instrumented scan."""
    for folder in (FINDINGS, CORPUS):
        folder.mkdir(parents=True, exist_ok=True)
    runtime = BUILD / "runtime.c"
    runtime.write_text(RUNTIME)
    compiled = BUILD / "scan.c"
    _run(sys.executable, "-m", "cython", "-3", str(SOURCE), "-o", str(compiled))
    flags = ["-fPIC", "-O1", "-g", "-fwrapv", "-fno-strict-aliasing", f"-I{sysconfig.get_paths()['include']}"]
    _run("gcc", *flags, "-c", str(runtime), "-o", str(BUILD / "runtime.o"))
    watched = ["-fsanitize=address", "-fsanitize-coverage=trace-pc"]
    _run("gcc", *flags, *watched, "-c", str(compiled), "-o", str(BUILD / "scan.o"))
    _run(
        "gcc", "-shared", "-fsanitize=address", str(BUILD / "scan.o"), str(BUILD / "runtime.o"), "-o", str(MODULE)
    )  # fmt: skip


def supervise(seconds: float, seed: int) -> int:
    """Keep a worker running for so many seconds; return how many findings there are."""
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 1:
        seed += 1
        worker = _start("--worker", "--minutes", str(left / 60), "--seed", str(seed))
        if worker.wait() != 0:
            _keep(_input_of(CURRENT))
    findings = sorted(FINDINGS.iterdir())
    for finding in findings:
        cut_down(finding)
    print(f"{len(findings)} findings in {FINDINGS}" if findings else "no findings")
    return len(findings)


def fuzz(seconds: float, seed: int) -> None:
    """Mutate and read documents; leave by an error at the first that breaks a promise."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    reader = reader_of_instrumented()
    seen = np.zeros(MAP_SIZE, dtype=np.uint8)
    current = _shared_file()
    corpus = [document for document in _seeds() if _is_news(reader, document, seen)]
    ends, said, tried = time.monotonic() + seconds, time.monotonic(), 0
    while time.monotonic() < ends:
        document = mutated(corpus, chance)
        _note(current, document)
        tried += 1
        if broken := broken_promise(reader, document):
            print(f"broken: {broken}", flush=True)
            sys.exit(1)
        if _is_news(reader, None, seen):
            corpus.append(document)
            (CORPUS / hashlib.sha256(document).hexdigest()[:16]).write_bytes(document)
        if time.monotonic() > said + 30:
            said = time.monotonic()
            edges = np.count_nonzero(seen)
            print(f"{tried} documents read, {len(corpus)} kept, {edges} edges reached", flush=True)


class Reader:
    """The instrumented scan: `read` a document, then look at `map` and `work`."""

    def __init__(self, library: ctypes.CDLL, read: Callable[[bytes], Any]) -> None:
        library.fuzz_map.restype = ctypes.POINTER(ctypes.c_uint8 * MAP_SIZE)
        library.fuzz_work.restype = ctypes.POINTER(ctypes.c_uint64)
        self.map = library.fuzz_map().contents
        self._work = library.fuzz_work().contents
        self._read = read

    @property
    def work(self) -> int:
        """How many basic blocks the last document took."""
        return int(self._work.value)

    def read(self, body: bytes) -> Any:
        """Return the Document."""
        ctypes.memset(self.map, 0, MAP_SIZE)
        self._work.value = 0
        return self._read(body)


def reader_of_instrumented() -> Reader:
    """Put the instrumented scan in the place of the installed one."""
    name = "edgewise.text.scan"
    loader = importlib.machinery.ExtensionFileLoader(name, str(MODULE))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))  # type: ignore[arg-type]
    sys.modules[name] = module
    loader.exec_module(module)
    from edgewise.text.document import read_document  # noqa: PLC0415 - after its scan was replaced

    return Reader(ctypes.CDLL(str(MODULE)), read_document)


def broken_promise(reader: Reader, body: bytes) -> str:
    """Return what does not hold of the document that was read from `body`, or ''."""
    try:
        document = reader.read(body)
    except Exception as error:  # noqa: BLE001 - exactly what must not happen
        return f"raised {error!r}"
    if reader.work > WORK_AT_LEAST + WORK_PER_BYTE * len(body):
        return f"{reader.work} basic blocks for {len(body)} bytes"
    return _misplaced(document, len(body)) if len(document) else ""


def _misplaced(document: Any, length: int) -> str:
    """Return which offsets or spaces do not fit, or ''."""
    begin, end, raw_begin, raw_end = document._columns[:4]  # noqa: SLF001 - all at once, a hundred times faster
    raw_most = 3 * length  # UTF-16 becomes UTF-8 first
    promises = {
        "the text is not its lines": len(document.lines) == len(document),
        "a block does not end where the next begins": (end[:-1] + 1 == begin[1:]).all()
        and end[-1] == len(document.text),
        "a block is not its line": [len(line) for line in document.lines] == (end - begin).tolist(),
        "raw offsets": ((raw_begin >= 0) & (raw_begin <= raw_end) & (raw_end <= raw_most)).all(),
        "raw offsets go back": (raw_begin[1:] >= raw_begin[:-1]).all() and (raw_begin[1:] >= raw_end[:-1]).all(),
        "white space": not SPACES.search(document.text),
    }
    return ", ".join(promise for promise, holds in promises.items() if not holds)


def mutated(corpus: list[bytes], chance: random.Random) -> bytes:
    """Return a document made of others."""
    document = bytearray(chance.choice(corpus))
    for _ in range(1 << chance.randrange(5)):
        at = chance.randrange(len(document) + 1)
        stop = min(len(document), at + (1 << chance.randrange(9)))
        change = chance.randrange(7)
        if change <= 1:
            document[at:at] = chance.choice(TOKENS)
        elif change == 2:  # noqa: PLR2004 - one of seven
            del document[at:stop]
        elif change == 3:  # noqa: PLR2004
            document[at:at] = document[at:stop] * (1 << chance.randrange(7))
        elif change == 4:  # noqa: PLR2004
            other = chance.choice(corpus)
            first = chance.randrange(len(other) + 1)
            document[at:stop] = other[first : first + (1 << chance.randrange(10))]
        elif change == 5 and at < len(document):  # noqa: PLR2004
            document[at] = chance.randrange(256)
        else:
            document[at:stop] = chance.choice(TOKENS)
    return bytes(document[: 1 << chance.randrange(6, LONGEST.bit_length())])


def cut_down(finding: Path) -> None:
    """Make a finding smaller, trying in fresh processes because a try may end one."""
    body = finding.read_bytes()
    length = len(body) // 2
    ends = time.monotonic() + SECONDS_TO_CUT_DOWN
    while length and time.monotonic() < ends:
        at = 0
        while at < len(body) and time.monotonic() < ends:
            shorter = body[:at] + body[at + length :]
            if _still_breaks(shorter):
                body = shorter
            else:
                at += length
        length //= 2
    finding.write_bytes(body)


def _still_breaks(body: bytes) -> bool:
    candidate = BUILD / "candidate"
    candidate.write_bytes(body)
    process = _start("--try", str(candidate), stdout=subprocess.PIPE)
    said, _ = process.communicate()
    return process.returncode != 0 or b"nothing is broken" not in said


def _start(*arguments: str, stdout: int | None = None) -> subprocess.Popen[bytes]:
    """Start this script with AddressSanitizer in front of the C library, and Python's memory under its eyes."""
    sanitizer = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)  # noqa: S607
    environment = os.environ | {
        "LD_PRELOAD": sanitizer.stdout.strip(),
        "ASAN_OPTIONS": "detect_leaks=0",
        "PYTHONMALLOC": "malloc",
    }
    return subprocess.Popen([sys.executable, __file__, *arguments], env=environment, stdout=stdout)  # noqa: S603


def _seeds() -> Iterator[bytes]:
    """Yield small documents: ours, what earlier runs kept, and cuttings of real ones where they are at hand."""
    yield from SEEDS
    for kept in sorted(CORPUS.iterdir()):
        yield kept.read_bytes()
    archive = Path(os.environ.get("EDGEWISE_REAL_DATA", CHECKOUT.parent / "shared" / "data")) / "sec.zip"
    if archive.is_file():
        with zipfile.ZipFile(archive) as files:
            names = [name for name in files.namelist() if name.endswith((".htm", ".txt"))]
            for name in names[::20]:
                body = files.read(name)
                middle = len(body) // 2
                yield body[:800]
                yield body[middle : middle + 1_200]


def _is_news(reader: Reader, document: bytes | None, seen: NDArray[np.uint8]) -> bool:
    """Return whether the last document, or this one, reached an edge, or one much oftener, than any before."""
    if document is not None and broken_promise(reader, document):
        return False
    counts = np.frombuffer(reader.map, dtype=np.uint8)
    reached = np.flatnonzero(counts)
    bits = LEVELS[counts[reached]]
    news = bool((bits & ~seen[reached]).any())
    seen[reached] |= bits
    return news


def _shared_file() -> mmap.mmap:
    """Open the file where the input stands that is being read, so that it survives the process."""
    CURRENT.write_bytes(bytes(LONGEST + 8))
    with CURRENT.open("r+b") as file:
        return mmap.mmap(file.fileno(), 0)


def _note(current: mmap.mmap, document: bytes) -> None:
    current[:8] = len(document).to_bytes(8, "little")
    current[8 : 8 + len(document)] = document


def _input_of(file: Path) -> bytes:
    noted = file.read_bytes()
    return noted[8 : 8 + int.from_bytes(noted[:8], "little")]


def _keep(document: bytes) -> None:
    (FINDINGS / hashlib.sha256(document).hexdigest()[:16]).write_bytes(document)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, cwd=SOURCE.parent)  # noqa: S603 - our own command


if __name__ == "__main__":
    sys.exit(main())
