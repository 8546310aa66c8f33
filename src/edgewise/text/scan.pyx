# cython: language_level=3, boundscheck=True, wraparound=False, cdivision=True, initializedcheck=False
"""One pass over the bytes of a document: what a reader sees, in which style, and where in the bytes it stands.

1. `_html` and `_plain` walk the bytes once; `_markup` reads tags, `_characters` what stands between.
2. Block elements, `<br>` and table cells end a block; a block is what a reader would call a line. Blocks of one table
   row become one block with tabs between cells, unless the table only lays out the page (`_end_row`).
3. A stack of open elements carries the style. Styles are numbers; `styles.Styles` says what each means.
4. In typewritten text, and in `<pre>`, lines are joined to paragraphs (`_joins`), and wide gaps part cells.

Hidden text (`display:none`, the `hidden` attribute, `ix:header` and its kin) is passed over. White space is one space;
invisible characters are dropped. Whatever the bytes hold, the scan ends, in time linear in their number, and raises
nothing: whatever grows has room made for it first (`_more_blocks`, `_more_runs`, `_more_text`), the stack has a limit,
and no search starts over what an earlier one has seen. Bytes are read through a pointer that may stand on the zero
which ends every `bytes` object, never behind it.

`_Scanner` is the state; what is done to it stands in files of their own, each included below:

scan_names.pxi        names of elements and what each kind of element is
scan_letters.pxi      classes of bytes, UTF-8, invisible characters
scan_output.pxi       blocks, runs and text: the columns that the scan writes
scan_characters.pxi   what stands between tags: characters, character references
scan_typewritten.pxi  lines of typewriter pages to paragraphs and cells; the few markers in them
scan_tables.pxi       cells to rows
scan_markup.pxi       tags, attributes, comments: from bytes to what was said
scan_elements.pxi     open elements and the style they bring
"""

import array
from html.entities import html5

import numpy as np

cimport cython
from cpython cimport array
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport int32_t, uint8_t, uint64_t
from libc.string cimport memchr, memcmp, memcpy

include "scan_names.pxi"
include "scan_letters.pxi"

cdef enum:  # flags of a block; document.py knows them by the same names
    IS_ROW = 1
    IS_LIST_ITEM = 2
    IS_HEADING = 4
    IS_RULE = 8
    IS_SOFT = 16
    IS_TYPED = 32

cdef enum:
    STACK_LIMIT = 4096  # open elements; a browser has a limit of 512
    SEARCH_LIMIT = 256  # how far up the stack an end tag looks for its element
    REMEMBERED = 1024  # slots for changes of style met before; a power of two
    LAYOUT_ROW = 1000  # a row of more characters, with several blocks to a cell, lays out a page
    FULL_LINE = 45  # columns of a typewritten line that its paragraph may go on after
    TYPED_GAP = 4  # columns that part cells
    TABLE_GAP = 2  # columns that part cells between <TABLE> markers
    PAGE_NUMBER = 13  # columns that a line with a page number stays under
    LONGEST_REFERENCE = 32
    LONGEST_BARE_REFERENCE = 6  # of those that need no semicolon

cdef enum:  # what asks for a change of style
    DECLARATIONS, SIZE, ALIGN

cdef dict REFERENCES = {name.encode(): text for name, text in html5.items()}


cdef array.array _int32():
    return array.array("i")


cdef object _array(array.array column):
    """Return a column as an array of numpy, which shares its memory."""
    return np.frombuffer(column, dtype=np.int32) if len(column) else np.empty(0, dtype=np.int32)


cdef struct Remembered:  # a change of style, by the bytes that asked for it
    int start, length, said_by, change


cdef struct Composed:  # a style, by the one before and the change; key 0 is an empty slot
    uint64_t key
    int style
    bint hidden


@cython.final
cdef class _Scanner:
    # the document
    cdef bytes body
    cdef const uint8_t* raw
    cdef int at, end
    cdef int32_t[128] high  # what bytes from 128 mean, where the document is not UTF-8
    cdef bint single_byte, typed
    # what was written: text, blocks, runs of one style
    cdef array.array text_bytes, begins, raw_begins, raw_ends, tables_of, first_runs, flags_of
    cdef array.array run_begins, run_raws, run_styles, row_outs, row_cells
    cdef uint8_t* out
    cdef uint8_t* flags
    cdef int32_t* begin
    cdef int32_t* raw_begin
    cdef int32_t* raw_finish
    cdef int32_t* table
    cdef int32_t* first_run
    cdef int32_t* run_begin
    cdef int32_t* run_raw
    cdef int32_t* run_style
    cdef int text_room, block_room, run_room, row_room
    cdef int written, characters, blocks, runs
    cdef list links, anchors
    cdef set reasons
    # the block in the making
    cdef bint open, space, soft, fresh_run
    cdef int ink_end
    # open elements
    cdef uint64_t[STACK_LIMIT] names
    cdef int32_t[STACK_LIMIT] style_before
    cdef uint8_t[STACK_LIMIT] kinds
    cdef uint8_t[STACK_LIMIT] breaks_after
    cdef uint8_t[STACK_LIMIT] hidden_before
    cdef int depth, overflow
    cdef int preformatted, list_items, headings
    # style
    cdef object styles
    cdef int style
    cdef bint hidden
    cdef int[LOOKS] look_changes
    cdef Remembered[REMEMBERED] remembered
    cdef Composed[REMEMBERED] composed
    # tables
    cdef int row_first, cell, tables, table_depth
    cdef bint in_row
    # typewritten lines
    cdef int newlines, column, gap, line_indent, last_indent, last_length
    cdef bint typed_table, line_is_row, last_is_row
    # a link begins, and a place with a name lies, where the text that follows begins
    cdef int link_begin
    cdef bytes link_target
    cdef list waiting
    # the tag in the reading: where attributes stand, -1 where there is none
    cdef int style_at, style_end, align_at, align_end, size_at, size_end, id_at, id_end, href_at, href_end
    cdef bint says_hidden, closed, prefixed
    # what searches found: where each mark stands next, or that it comes no more
    cdef int next_greater, next_quote, next_apostrophe, next_comment_end, next_odd_comment_end
    cdef dict next_end_tags

    def __init__(self, bytes body, int start, object styles, object high, bint typed):
        cdef int place
        self.body = body
        self.raw = body
        self.end = len(body)
        self.at = start
        self.typed = typed
        self.single_byte = len(high) > 0
        for place in range(128 if self.single_byte else 0):
            self.high[place] = high[place]
        self.styles = styles
        for place in range(1, LOOKS):
            self.look_changes[place] = styles.of_declarations(LOOK_STYLES[place]) << 2
        self.links = []
        self.anchors = []
        self.waiting = []
        self.reasons = set()
        self.next_end_tags = {}
        self.next_greater = self.next_quote = self.next_apostrophe = -1
        self.next_comment_end = self.next_odd_comment_end = -1
        self.row_first = self.link_begin = -1
        _open_columns(self)


include "scan_output.pxi"
include "scan_characters.pxi"
include "scan_typewritten.pxi"
include "scan_tables.pxi"
include "scan_markup.pxi"
include "scan_elements.pxi"


cdef int _html(_Scanner s) except -1:
    while s.at < s.end:
        if s.raw[s.at] == c'<' and _markup(s):
            continue
        _characters(s)
    _end_row(s)
    _break(s, False)
    return _place_names(s)


cdef int _plain(_Scanner s) except -1:
    s.preformatted = 1
    while s.at < s.end:
        if s.raw[s.at] == c'<' and _marker(s):
            continue
        _characters(s)
    return _break(s, False)


def scan(bytes body, *, int start, object styles, object high, bint typed):
    """Return what a reader sees of `body` from `start` on, as flat columns.

    styles: a `styles.Styles`, which gives numbers to styles.
    high:   code points of the bytes 128 to 255; empty for UTF-8.
    typed:  typewritten text instead of HTML.
    Returns (text, blocks, runs, links, anchors, reasons). blocks: int32 arrays of equal length (begin, end, raw_begin,
    raw_end, flags, table, first_run), offsets into text and into body. runs: int32 arrays (begin, raw_begin, style).
    links: (begin, end, target). anchors: (name, offset into text). reasons: codes of what was odd.
    """
    cdef _Scanner scanner = _Scanner(body, start, styles, high, typed)
    if typed:
        _plain(scanner)
    else:
        _html(scanner)
    return (
        _text(scanner), _block_columns(scanner), _run_columns(scanner), scanner.links, scanner.anchors,
        tuple(sorted(scanner.reasons)),
    )


def utf8_shares(bytes body):
    """Return how many characters beyond ASCII `body` holds if it is UTF-8, and how many of them are broken sequences.

    A broken sequence counts as often as `bytes.decode` would put U+FFFD in its place.
    """
    cdef const uint8_t* raw = body
    cdef Py_ssize_t at = 0, end = len(body)
    cdef Py_ssize_t beyond = 0, broken = 0
    cdef int code, length
    while at < end:
        if raw[at] < 128:
            at += 1
            continue
        length = _utf8(raw + at, &code)
        beyond += 1
        broken += code == REPLACEMENT and not (raw[at] == 0xEF and length == 3)
        at += length
    return beyond, broken
