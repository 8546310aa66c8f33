# cython: language_level=3, boundscheck=True, wraparound=False, cdivision=True, initializedcheck=False
"""One pass over the bytes of a document: what a reader sees, in which style, and where in the bytes it stands.

1. `_Scanner.html` and `_Scanner.plain` walk the bytes once; `_markup` reads tags, `_characters` what stands between.
2. Block elements, `<br>` and table cells end a block; a block is what a reader would call a line. Blocks of one table
   row become one block with tabs between cells, unless the table only lays out the page (`_end_row`).
3. A stack of open elements carries the style. Styles are numbers; `styles.Styles` says what each means.
4. In typewritten text, and in `<pre>`, lines are joined to paragraphs (`_joins`), and wide gaps part cells.

Hidden text (`display:none`, the `hidden` attribute, `ix:header` and its kin) is passed over. White space is one space;
invisible characters are dropped. Whatever the bytes hold, the scan ends, in time linear in their number, and raises
nothing: array accesses are checked, the stack has a limit, nothing is searched for twice in vain.
"""

from html.entities import html5

import numpy as np

cimport cython
from libc.stdint cimport int32_t, uint8_t, uint64_t
from libc.string cimport memchr

cdef enum:
    INLINE, BLOCK, PARAGRAPH, BREAK, RULE, TABLE, ROW, CELL, RAW, VOID, ANCHOR, FORMATTING, HIDDEN, PRE, LIST_ITEM, \
        HEADING, IGNORED, PAGE, MARKER

cdef enum:  # flags of a block; styles.py and document.py know them by the same names
    IS_ROW = 1
    IS_LIST_ITEM = 2
    IS_HEADING = 4
    IS_RULE = 8
    IS_SOFT = 16
    IS_TYPED = 32

cdef enum:  # what a byte is
    INK, SPACE, LINE_END, AMPERSAND, HIGH, CONTROL, OPENS

cdef int STACK_LIMIT = 4096
cdef int SEARCH_LIMIT = 256
cdef int LAYOUT_ROW = 1000
cdef int FULL_LINE = 45
cdef int TYPED_GAP = 4
cdef int TABLE_GAP = 2
cdef int LONGEST_ENTITY = 32
cdef uint64_t FNV_OFFSET = 14695981039346656037ULL
cdef uint64_t FNV_PRIME = 1099511628211ULL

_KINDS = {
    BLOCK: "address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption figure footer "
           "form header legend main menu nav ol section summary ul caption text document",
    PARAGRAPH: "p",
    BREAK: "br",
    RULE: "hr",
    TABLE: "table",
    ROW: "tr",
    CELL: "td th",
    RAW: "script style title textarea iframe noembed noframes",
    VOID: "img input meta link col area base wbr param source embed track",
    ANCHOR: "a",
    FORMATTING: "b strong i em cite u ins font s strike small big code tt nobr sup sub",
    HIDDEN: "ix:header ix:hidden ix:references ix:resources template",
    PRE: "pre listing xmp",
    LIST_ITEM: "li",
    HEADING: "h1 h2 h3 h4 h5 h6",
    IGNORED: "html head body thead tbody tfoot colgroup noscript xbrl",
    PAGE: "page",
}
# In typewritten text everything else between angle brackets is text.
_TYPED_KINDS = {
    PAGE: "page",
    TABLE: "table",
    MARKER: "s c caption fn r text document type sequence filename description pre html body head title "
            "b i u p font center " + " ".join(f"f{n}" for n in range(1, 100)),
}
_CP1252 = {n: ord(bytes([n]).decode("cp1252", errors="ignore") or chr(n)) for n in range(128, 160)}


cdef uint64_t _hash(bytes name):
    cdef uint64_t value = FNV_OFFSET
    for letter in name:
        value = (value ^ <uint64_t> letter) * FNV_PRIME
    return value


cdef class _Names:
    """Names of elements to small numbers, without making Python objects."""

    cdef uint64_t[512] keys
    cdef uint8_t[512] kinds

    def __cinit__(self, dict declared):
        cdef int slot
        cdef uint64_t key
        for slot in range(512):
            self.keys[slot] = 0
        for kind, names in declared.items():
            for name in names.split():
                key = _hash(name.encode())
                slot = <int> (key & 511)
                while self.keys[slot] != 0:
                    slot = (slot + 1) & 511
                self.keys[slot] = key
                self.kinds[slot] = kind

    cdef int find(self, uint64_t key, int otherwise):
        cdef int slot = <int> (key & 511)
        while self.keys[slot] != 0:
            if self.keys[slot] == key:
                return self.kinds[slot]
            slot = (slot + 1) & 511
        return otherwise


cdef _Names NAMES = _Names(_KINDS)
cdef _Names TYPED_NAMES = _Names(_TYPED_KINDS)
cdef uint64_t CENTER_NAME = _hash(b"center")
# What elements look like without a word about it.
cdef dict ELEMENT_STYLES = {
    _hash(name): style
    for names, style in (
        ((b"b", b"strong", b"h1", b"h2", b"h3", b"h4", b"h5", b"h6"), b"font-weight:bold"),
        ((b"i", b"em", b"cite"), b"font-style:italic"),
        ((b"u", b"ins"), b"text-decoration:underline"),
        ((b"center",), b"text-align:center"),
        ((b"ix:header", b"ix:hidden", b"ix:references", b"ix:resources", b"template"), b"display:none"),
    )
    for name in names
}
cdef dict ENTITIES = {name.encode(): text for name, text in html5.items()}

cdef uint8_t[256] CLASS
for _byte in range(256):
    CLASS[_byte] = HIGH if _byte >= 128 else INK
    if _byte < 32 or _byte == 127:
        CLASS[_byte] = CONTROL
for _byte in (9, 11, 12, 32):
    CLASS[_byte] = SPACE
CLASS[13] = CLASS[10] = LINE_END
CLASS[38] = AMPERSAND
CLASS[60] = OPENS


cdef inline bint _is_letter(uint8_t byte):
    return (97 <= byte <= 122) or (65 <= byte <= 90)


cdef inline bint _is_blank(uint8_t byte):
    return byte == 32 or 9 <= byte <= 13


cdef inline uint8_t _lower(uint8_t byte):
    return byte + 32 if 65 <= byte <= 90 else byte


cdef int _width(int code):
    """Return 0 for an invisible character, -1 for white space, else how many bytes it takes in UTF-8."""
    if code < 0x80:
        if code == 32 or 9 <= code <= 13 or 28 <= code <= 31:
            return -1
        return 0 if code < 32 or code == 127 else 1
    if code < 0xA1:
        return -1 if code == 0xA0 or code == 0x85 else 0
    if code == 0xAD:
        return 0
    if code < 0x800:
        return 2
    if code == 0x1680 or 0x2000 <= code <= 0x200A or code == 0x202F or code == 0x205F or code == 0x3000:
        return -1
    if code == 0x2028 or code == 0x2029:
        return -1
    if 0x200B <= code <= 0x200F or 0x202A <= code <= 0x202E or 0x2060 <= code <= 0x2064 or code == 0xFEFF:
        return 0
    return 3 if code < 0x10000 else 4


cdef class _Attributes:
    """Where the attributes of one tag stand that say something about what a reader sees; -1 where there is none."""

    cdef int style, style_end, align, align_end, size, size_end, name, name_end, href, href_end
    cdef bint hidden, closed

    cdef void clear(self):
        self.style = self.align = self.size = self.name = self.href = -1
        self.hidden = self.closed = False

    cdef void clear_but_closed(self):
        self.style = self.align = self.size = self.name = self.href = -1
        self.hidden = False


cdef class _Scanner:
    cdef const uint8_t[::1] raw
    cdef bytes body
    cdef object styles
    cdef dict compositions, changes
    cdef int at, end
    cdef const int32_t[::1] high  # what bytes from 128 mean; empty where the document is UTF-8
    cdef bint typed
    # what was written
    cdef uint8_t[::1] out
    cdef int written, characters
    cdef int32_t[::1] run_begin, run_raw, run_style
    cdef int runs
    cdef int32_t[::1] begin, finish, raw_begin, raw_finish, flags, table, first_run, out_begin, cell_of
    cdef int blocks
    cdef list links, anchors
    # the block in the making
    cdef bint open, space, soft, fresh_run
    cdef int last_ink, run_start_raw
    # open elements
    cdef uint64_t[::1] names
    cdef int32_t[::1] style_before
    cdef uint8_t[::1] kinds, breaks_after, hidden_before
    cdef int depth, overflow
    cdef int style, preformatted, list_items, headings
    cdef bint hidden
    # tables
    cdef int row_first, cell, tables, table_depth
    cdef bint in_row
    # typewritten lines
    cdef int newlines, column, gap, line_indent, line_length, last_indent, last_length
    cdef uint8_t last_byte
    cdef bint typed_table, line_is_row, last_is_row
    # links
    cdef int link_begin
    cdef bytes link_target
    # searches that found nothing
    cdef dict vain
    cdef int no_quote, no_apostrophe
    cdef set reasons
    cdef bint prefixed
    cdef _Attributes attributes

    def __init__(self, bytes body, int start, object styles, object high, bint typed):
        cdef int room
        self.body = body
        self.raw = body
        self.end = len(body)
        self.at = start
        self.styles = styles
        self.compositions = {}
        self.changes = {}
        self.high = high
        self.typed = typed
        room = body.count(b"<") + body.count(b"\n") + body.count(b"\r") + 2  # what can part blocks or runs
        self.out = np.empty(3 * self.end + 64, dtype=np.uint8)
        self.run_begin, self.run_raw, self.run_style = (np.empty(room, dtype=np.int32) for _ in range(3))
        self.begin, self.finish, self.raw_begin, self.raw_finish = (np.empty(room, dtype=np.int32) for _ in range(4))
        self.flags, self.table, self.first_run = (np.empty(room, dtype=np.int32) for _ in range(3))
        self.out_begin, self.cell_of = (np.empty(room, dtype=np.int32) for _ in range(2))
        self.links = []
        self.anchors = []
        self.names = np.zeros(STACK_LIMIT, dtype=np.uint64)
        self.style_before = np.zeros(STACK_LIMIT, dtype=np.int32)
        self.kinds = np.zeros(STACK_LIMIT, dtype=np.uint8)
        self.breaks_after = np.zeros(STACK_LIMIT, dtype=np.uint8)
        self.hidden_before = np.zeros(STACK_LIMIT, dtype=np.uint8)
        self.row_first = -1
        self.link_begin = -1
        self.no_quote = self.no_apostrophe = self.end
        self.vain = {}
        self.reasons = set()
        self.attributes = _Attributes()

    # ---- the two walks

    cdef int html(self) except -1:
        while self.at < self.end:
            if self.raw[self.at] == 60 and self._markup():
                continue
            self._characters()
        self._end_row()
        self._break(False)
        return 0

    cdef int plain(self) except -1:
        self.preformatted = 1
        while self.at < self.end:
            if self.raw[self.at] == 60 and self._marker():
                continue
            self._characters()
        self._break(False)
        return 0

    # ---- characters

    cdef int _characters(self) except -1:
        """Read up to the next `<`; one that opens no markup is a character."""
        cdef uint8_t byte
        cdef int kind
        cdef bint first = True
        self.fresh_run = True
        if self.hidden:
            self.at = self._next(60, self.at + 1) if self.at + 1 < self.end else self.end
            return 0
        while self.at < self.end:
            byte = self.raw[self.at]
            kind = CLASS[byte]
            if kind == INK or (kind == OPENS and first):
                self._ink(self.at)
                self.out[self.written] = byte
                self.written += 1
                self.at += 1
                if not self.preformatted:
                    self._more_ink()
            elif kind == OPENS:
                return 0
            elif kind == SPACE:
                self._blank(byte)
                self.at += 1
            elif kind == LINE_END:
                self._line_end(byte)
            elif kind == AMPERSAND:
                self._entity()
            elif kind == HIGH:
                self._high()
            else:
                self.at += 1
            first = False
        return 0

    cdef int _more_ink(self) except -1:
        """Copy the plain characters that follow at once, and single spaces between them."""
        cdef int at = self.at
        cdef int stop = self.end
        cdef int written = self.written
        cdef int first = written
        cdef uint8_t byte
        while at < stop:
            byte = self.raw[at]
            if CLASS[byte] != INK and not (byte == 32 and at + 1 < stop and CLASS[self.raw[at + 1]] == INK):
                break
            self.out[written] = byte
            written += 1
            at += 1
        self.characters += written - first
        self.written = written
        if at > self.at:
            self.last_ink = at - 1
        self.at = at
        return 0

    cdef inline void _blank(self, uint8_t byte):
        self.space = True
        if self.preformatted:
            self.gap += 8 - (self.column + self.gap) % 8 if byte == 9 else 1

    cdef int _line_end(self, uint8_t byte) except -1:
        if byte == 13 and self.at + 1 < self.end and self.raw[self.at + 1] == 10:
            self.at += 1
        self.at += 1
        self.space = True
        if self.preformatted:
            if self.column:
                self.last_length = self.column
                self.last_indent = self.line_indent
                self.last_is_row = self.line_is_row
            self.newlines += 1
            self.column = self.gap = 0
        return 0

    cdef int _ink(self, int where) except -1:
        """Make room for one character that a reader sees: open a block, a run, write the space before it."""
        cdef bint tab = False
        if self.preformatted:
            tab = self._typed_ink()
        if not self.open:
            self._open(where)
        elif self.space:
            self.out[self.written] = 9 if tab else 32
            self.written += 1
            self.characters += 1
        self.space = False
        if self.fresh_run:
            self._run(where)
        self.characters += 1
        self.last_ink = where
        return 0

    cdef int _run(self, int where) except -1:
        self.fresh_run = False
        if self.runs and self.run_style[self.runs - 1] == self.style and self.run_begin[self.runs - 1] == self.characters:
            return 0
        self.run_begin[self.runs] = self.characters
        self.run_raw[self.runs] = where
        self.run_style[self.runs] = self.style
        self.runs += 1
        return 0

    cdef int _write(self, int code) except -1:
        """Write one character given as its code point."""
        cdef int width = _width(code)
        cdef int at
        if width == 0:
            return 0
        if width < 0:
            self._blank(32)
            return 0
        self._ink(self.at)
        at = self.written
        if width == 1:
            self.out[at] = code
        elif width == 2:
            self.out[at] = 0xC0 | (code >> 6)
            self.out[at + 1] = 0x80 | (code & 63)
        elif width == 3:
            self.out[at] = 0xE0 | (code >> 12)
            self.out[at + 1] = 0x80 | ((code >> 6) & 63)
            self.out[at + 2] = 0x80 | (code & 63)
        else:
            self.out[at] = 0xF0 | (code >> 18)
            self.out[at + 1] = 0x80 | ((code >> 12) & 63)
            self.out[at + 2] = 0x80 | ((code >> 6) & 63)
            self.out[at + 3] = 0x80 | (code & 63)
        self.written += width
        return 0

    cdef int _high(self) except -1:
        """Read one character that begins with a byte from 128: UTF-8, or what the table says."""
        cdef uint8_t byte = self.raw[self.at]
        cdef int code, length, k
        if self.high.shape[0]:
            self._write(self.high[byte - 128])
            self.at += 1
            return 0
        length = 2 if 0xC2 <= byte <= 0xDF else 3 if 0xE0 <= byte <= 0xEF else 4 if 0xF0 <= byte <= 0xF4 else 0
        if length == 0 or self.at + length > self.end:
            return self._broken(1)
        code = byte & (0xFF >> (length + 1))
        for k in range(1, length):
            byte = self.raw[self.at + k]
            if byte & 0xC0 != 0x80:
                return self._broken(k)
            code = (code << 6) | (byte & 63)
        if (length == 3 and (code < 0x800 or 0xD800 <= code <= 0xDFFF)) or (length == 4 and not 0x10000 <= code <= 0x10FFFF):
            return self._broken(length)
        self._write(code)
        self.at += length
        return 0

    cdef int _broken(self, int length) except -1:
        self.reasons.add("replacement_characters")
        self._write(0xFFFD)
        self.at += length
        return 0

    cdef int _entity(self) except -1:
        """Read a character reference; an ampersand that begins none stands for itself."""
        cdef int stop = self.at + 1
        cdef int most = min(self.end, self.at + LONGEST_ENTITY + 2)
        cdef object text
        if stop < most and self.raw[stop] == 35:
            return self._numeric(most)
        while stop < most and (_is_letter(self.raw[stop]) or 48 <= self.raw[stop] <= 57):
            stop += 1
        if stop < most and self.raw[stop] == 59:
            text = ENTITIES.get(self.body[self.at + 1 : stop + 1])
            if text is not None:
                return self._write_all(text, stop + 1)
        if not self.typed:
            while stop > self.at + 1:
                text = ENTITIES.get(self.body[self.at + 1 : stop])
                if text is not None:
                    return self._write_all(text, stop)
                stop -= 1
        self._write(38)
        self.at += 1
        return 0

    cdef int _write_all(self, str text, int after) except -1:
        for letter in text:
            self._write(ord(letter))
        self.at = after
        return 0

    cdef int _numeric(self, int most) except -1:
        cdef int stop = self.at + 2
        cdef int base = 10
        cdef int digit
        cdef long code = 0
        cdef int first
        if stop < most and _lower(self.raw[stop]) == 120:
            base = 16
            stop += 1
        first = stop
        while stop < most:
            digit = _lower(self.raw[stop])
            digit = digit - 48 if 48 <= digit <= 57 else digit - 87 if base == 16 and 97 <= digit <= 102 else -1
            if digit < 0:
                break
            code = min(code * base + digit, 0x110000)
            stop += 1
        if stop == first:
            self._write(38)
            self.at += 1
            return 0
        if stop < self.end and self.raw[stop] == 59:
            stop += 1
        if 128 <= code < 160:
            code = _CP1252[code]
        if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            code = 0xFFFD
        self._write(code)
        self.at = stop
        return 0

    # ---- typewritten lines

    cdef bint _typed_ink(self) except? True:
        """Decide, before a character of a typewritten line, whether it begins a block or a cell; return the latter."""
        cdef bint tab = False
        if self.newlines:
            self.line_indent = self.gap
            self.line_is_row = self.typed_table or self._has_gap()
            if self.open and not self._joins():
                self._break(True)
            self.column = self.gap
            self.newlines = 0
        elif self.column == 0:
            self.line_indent = self.column = self.gap
            self.line_is_row = self.typed_table or self._has_gap()
        else:
            tab = self.line_is_row and self.gap >= (TABLE_GAP if self.typed_table else TYPED_GAP)
            self.column += self.gap
        self.gap = 0
        self.column += 1
        return tab

    cdef bint _joins(self) except? True:
        """Return whether the line that begins here goes on with the paragraph of the line before."""
        cdef bint sentence_ended
        if self.newlines > 1 or self.line_is_row or self.last_is_row or self.last_length < FULL_LINE:
            return False
        if self._opens_item():
            return False
        sentence_ended = self.written > 0 and self.out[self.written - 1] in b".:;!?"
        return not (sentence_ended and self.line_indent > self.last_indent)

    cdef bint _has_gap(self) except? True:
        """Return whether the line has a wide gap after its first character: cells of a table."""
        cdef int at = self.at
        cdef int gap = 0
        while at < self.end and self.raw[at] != 10 and self.raw[at] != 13 and self.raw[at] != 60:
            if self.raw[at] == 32:
                gap += 1
            elif self.raw[at] == 9:
                gap += TYPED_GAP
            else:
                if gap >= TYPED_GAP and at > self.at + gap:
                    return True
                gap = 0
            at += 1
        return False

    cdef bint _opens_item(self) except? True:
        """Return whether `item` or `part`, a space and more begin here."""
        cdef int at = self.at
        if at + 5 >= self.end:
            return False
        return (
            (_lower(self.raw[at]) == 105 and _lower(self.raw[at + 1]) == 116
             and _lower(self.raw[at + 2]) == 101 and _lower(self.raw[at + 3]) == 109)
            or (self.raw[at] == 80 and self.raw[at + 1] == 65 and self.raw[at + 2] == 82 and self.raw[at + 3] == 84)
        ) and (_is_blank(self.raw[at + 4]) or _is_blank(self.raw[at + 5]))

    # ---- blocks

    cdef int _open(self, int where) except -1:
        cdef int number = self.blocks
        if number:
            self.out[self.written] = 10
            self.written += 1
            self.characters += 1
        self.open = self.fresh_run = True
        self.begin[number] = self.characters
        self.out_begin[number] = self.written
        self.raw_begin[number] = where
        self.table[number] = self.tables if self.table_depth or self.typed_table else 0
        self.cell_of[number] = self.cell if self.in_row else -1
        self.first_run[number] = self.runs
        self.flags[number] = (
            (IS_LIST_ITEM if self.list_items else 0) | (IS_HEADING if self.headings else 0)
            | (IS_SOFT if self.soft else 0) | (IS_TYPED if self.preformatted else 0)
            | (IS_ROW if self.preformatted and self.line_is_row else 0)
        )
        self.soft = False
        return 0

    cdef int _break(self, bint soft) except -1:
        """End the block in the making, if there is one."""
        if self.open:
            self.finish[self.blocks] = self.characters
            self.raw_finish[self.blocks] = self._end_of_character(self.last_ink)
            self.blocks += 1
            self.open = False
            self.soft = soft
            if self.link_target is not None:
                self._end_link(False)
        elif not soft:
            self.soft = False
        self.space = False
        return 0

    cdef int _end_of_character(self, int at) except -1:
        """Return the offset after the character that begins at `at`."""
        cdef int stop = at + 1
        if self.raw[at] == 38:
            while stop < self.end and stop < at + LONGEST_ENTITY and (
                _is_letter(self.raw[stop]) or 48 <= self.raw[stop] <= 57 or self.raw[stop] == 35
            ):
                stop += 1
            return stop + 1 if stop < self.end and self.raw[stop] == 59 else at + 1
        if not self.high.shape[0] and self.raw[at] >= 0xC0:
            while stop < self.end and self.raw[stop] & 0xC0 == 0x80:
                stop += 1
        return stop

    cdef int _rule(self) except -1:
        """Mark a page break or a rule between blocks: a block without text."""
        cdef int number
        if self.hidden:
            return 0
        if not self.in_row:
            self._break(False)
        if self.open or self.in_row:
            return 0
        number = self.blocks
        if number and self.flags[number - 1] & IS_RULE:
            return 0
        self.begin[number] = self.finish[number] = self.characters
        if number:
            self.out[self.written] = 10
            self.written += 1
            self.characters += 1
            self.begin[number] = self.finish[number] = self.characters
        self.out_begin[number] = self.written
        self.raw_begin[number] = self.raw_finish[number] = self.at
        self.table[number] = 0
        self.cell_of[number] = -1
        self.first_run[number] = self.runs
        self.flags[number] = IS_RULE
        self.blocks += 1
        return 0

    # ---- tables

    cdef int _start_row(self) except -1:
        self._end_row()
        self.in_row = True
        self.row_first = self.blocks
        self.cell = -1
        return 0

    cdef int _end_row(self) except -1:
        """Make one block of the blocks of a row, cells parted by tabs; not where one cell holds all or a page is laid out."""
        cdef int first = self.row_first
        cdef int number, last
        cdef bint several = False
        cdef bint stacked = False
        self._break(False)
        if not self.in_row:
            return 0
        self.in_row = False
        last = self.blocks - 1
        if first < 0 or last <= first:
            return 0
        for number in range(first + 1, last + 1):
            if self.cell_of[number] == self.cell_of[number - 1]:
                stacked = True
            else:
                several = True
        if not several or (stacked and self.finish[last] - self.begin[first] > LAYOUT_ROW):
            return 0
        for number in range(first + 1, last + 1):
            self.out[self.out_begin[number] - 1] = 32 if self.cell_of[number] == self.cell_of[number - 1] else 9
        self.finish[first] = self.finish[last]
        self.raw_finish[first] = self.raw_finish[last]
        self.flags[first] |= IS_ROW
        self.blocks = first + 1
        return 0

    # ---- markup

    cdef bint _markup(self) except? True:
        """Read one piece of markup; return whether there was one."""
        cdef int at = self.at + 1
        cdef uint8_t byte
        if at >= self.end:
            return False
        byte = self.raw[at]
        if _is_letter(byte):
            self._start_tag()
            return True
        if byte == 47:
            if at + 1 < self.end and _is_letter(self.raw[at + 1]):
                self._end_tag()
                return True
            self._skip_past(b">", at)
            return True
        if byte == 33 and self.body[at + 1 : at + 3] == b"--":
            self._comment()
            return True
        if byte == 33 or byte == 63:
            self._skip_past(b">", at)
            return True
        return False

    cdef int _skip_past(self, bytes mark, int start) except -1:
        """Go on after the next `mark`; where there is none, after the two characters that opened the markup."""
        cdef int found = self._find(mark, start)
        self.at = found + len(mark) if found >= 0 else min(self.at + 2, self.end)
        return 0

    cdef int _find(self, bytes mark, int start) except -2:
        """Return where `mark` comes next, or -1, in constant time if an earlier search was in vain."""
        cdef int found
        if self.vain.get(mark, self.end + 1) <= start:
            return -1
        found = self.body.find(mark, start)
        if found < 0:
            self.vain[mark] = start
        return found

    cdef int _find_quote(self, uint8_t quote, int start) except -2:
        """Return where the next such quote stands, or -1; a search in vain is not repeated."""
        cdef int vain = self.no_quote if quote == 34 else self.no_apostrophe
        cdef int at
        if start >= vain or start >= self.end:
            return -1
        at = self._next(quote, start)
        if at < self.end:
            return at
        if quote == 34:
            self.no_quote = start
        else:
            self.no_apostrophe = start
        return -1

    cdef inline int _next(self, uint8_t byte, int start) except -1:
        """Return where a byte comes next, or where the document ends. start: before the end."""
        cdef const uint8_t* first = &self.raw[start]
        cdef const void* found = memchr(first, byte, self.end - start)
        return self.end if found == NULL else start + <int> (<const uint8_t*> found - first)

    cdef int _comment(self) except -1:
        cdef int close = self._find(b"-->", self.at + 4)
        cdef int other = self._find(b"--!>", self.at + 4)
        cdef int start = self.at + 4
        if start < self.end and self.raw[start] == 62:
            self.at = start + 1  # <!-->
            return 0
        if close < 0 and other < 0:
            self.reasons.add("unterminated_comment")
            self.at = min(start, self.end)
        elif other >= 0 and (close < 0 or other < close):
            self.at = other + 4
        else:
            self.at = close + 3
        return 0

    cdef uint64_t _name(self) except? 0:
        """Read the name of an element in lower case and go on after it; return its hash."""
        cdef uint64_t value = FNV_OFFSET
        cdef uint8_t byte
        self.prefixed = False
        while self.at < self.end:
            byte = self.raw[self.at]
            if _is_blank(byte) or byte == 47 or byte == 62 or byte == 60:
                break
            if byte == 58:
                self.prefixed = True
            value = (value ^ <uint64_t> _lower(byte)) * FNV_PRIME
            self.at += 1
        return value

    cdef int _attribute(self) except -1:
        """Read one attribute and remember where it stands if it is one of ours."""
        cdef int start = self.at
        cdef int stop, value, value_end
        cdef uint8_t quote
        while self.at < self.end:
            quote = self.raw[self.at]
            if quote == 61 or quote == 62 or quote == 47 or _is_blank(quote):
                break
            self.at += 1
        stop = self.at
        while self.at < self.end and _is_blank(self.raw[self.at]):
            self.at += 1
        if self.at >= self.end or self.raw[self.at] != 61:
            if stop == start and self.at < self.end and self.raw[self.at] != 62:
                self.at += 1
            self._remember(start, stop, stop, stop)
            return 0
        self.at += 1
        while self.at < self.end and _is_blank(self.raw[self.at]):
            self.at += 1
        if self.at >= self.end:
            return 0
        quote = self.raw[self.at]
        if quote == 34 or quote == 39:
            value = self.at + 1
            value_end = self._find_quote(quote, value)
            if value_end >= 0:
                self.at = value_end + 1
                self._remember(start, stop, value, value_end)
                return 0
            self.reasons.add("unterminated_element")
            self.at += 1
        value = self.at
        while self.at < self.end and not _is_blank(self.raw[self.at]) and self.raw[self.at] != 62:
            self.at += 1
        self._remember(start, stop, value, self.at)
        return 0

    cdef int _remember(self, int start, int stop, int value, int value_end) except -1:
        cdef int length = stop - start
        cdef uint8_t first, second
        cdef _Attributes found = self.attributes
        if length < 2 or length > 6:
            return 0
        first = _lower(self.raw[start])
        second = _lower(self.raw[start + 1])
        if length == 5 and first == 115 and second == 116:  # style
            found.style, found.style_end = value, value_end
        elif length == 5 and first == 97 and second == 108:  # align
            found.align, found.align_end = value, value_end
        elif length == 4 and first == 115 and second == 105:  # size
            found.size, found.size_end = value, value_end
        elif (length == 2 and first == 105 and second == 100) or (length == 4 and first == 110 and second == 97):
            found.name, found.name_end = value, value_end
        elif length == 4 and first == 104 and second == 114:  # href
            found.href, found.href_end = value, value_end
        elif length == 6 and first == 104 and second == 105:  # hidden
            found.hidden = True
        return 0

    cdef int _rest_of_tag(self) except -1:
        """Read the attributes of a tag and go on after it."""
        cdef uint8_t byte
        self.attributes.clear()
        while self.at < self.end:
            byte = self.raw[self.at]
            if byte == 62:
                self.at += 1
                return 0
            if byte == 60:  # the tag was never closed: the next one begins
                return 0
            if byte == 47:
                self.attributes.closed = self.at + 1 < self.end and self.raw[self.at + 1] == 62
                self.at += 1
            elif _is_blank(byte):
                self.at += 1
            else:
                self._attribute()
        return 0

    cdef int _start_tag(self) except -1:
        cdef int opened = self.at
        cdef int kind
        cdef uint64_t name
        self.at += 1
        name = self._name()
        kind = NAMES.find(name, INLINE)
        self._rest_of_tag()
        if kind == INLINE and self.prefixed:
            self.attributes.clear_but_closed()
        if kind == RAW:
            return self._raw_text(opened)
        if kind == VOID or kind == IGNORED:
            if self.attributes.name >= 0:
                self._anchor()
            return 0
        if not self.hidden:
            self._before(kind)
        if kind == BREAK:
            return 0
        if kind == RULE or kind == PAGE:
            return self._rule()
        if self.attributes.closed:
            if self.attributes.name >= 0:
                self._anchor()
            if not self.hidden and kind in (BLOCK, PARAGRAPH):
                self._break(False)
            return 0
        if kind == HIDDEN and self._find_close(opened) < 0:
            return 0
        self._push(name, kind)
        return 0

    cdef int _before(self, int kind) except -1:
        """What the start of an element does to the block in the making."""
        if kind == INLINE or kind == FORMATTING or kind == ANCHOR or kind == HIDDEN:
            return 0
        if kind == CELL:
            if not self.in_row and self.table_depth:
                self._start_row()
            self._break(False)
            self._close_open(CELL)
            self.cell += 1
        elif kind == ROW:
            if self.table_depth:
                self._close_open(ROW)
                self._start_row()
            else:
                self._break(False)
        elif kind == TABLE:
            self._end_row()
            self.row_first = -1
            self.tables += 1
        else:
            self._break(kind == BREAK)
            if kind == PRE:
                self.newlines = 1
                self.column = self.gap = 0
            if kind == LIST_ITEM:
                self._close_open(LIST_ITEM)
            elif kind != BREAK:
                self._close_open(PARAGRAPH)
        return 0

    cdef int _close_open(self, int wanted) except -1:
        """Close an open element whose end tag may be left out: paragraph, list item, cell or row."""
        cdef int place = self.depth - 1
        cdef int last = self.depth - SEARCH_LIMIT
        cdef int kind
        while place >= 0 and place > last:
            kind = self.kinds[place]
            if kind == wanted:
                self._pop(place)
                return 0
            if kind == TABLE or (wanted == PARAGRAPH and kind in (CELL, BLOCK, LIST_ITEM, HEADING)):
                return 0
            if wanted == LIST_ITEM and (kind == CELL or kind == BLOCK):
                return 0
            place -= 1
        return 0

    cdef int _push(self, uint64_t name, int kind) except -1:
        cdef int before = self.style
        cdef bint hidden_before = self.hidden
        cdef int place = self.depth
        cdef int breaks = 0
        cdef _Attributes found = self.attributes
        if found.name >= 0:
            self._anchor()
        if place >= STACK_LIMIT:
            self.overflow += 1
            return 0
        breaks = self._restyle(name, kind)
        self.names[place] = name
        self.style_before[place] = before
        self.hidden_before[place] = hidden_before
        self.kinds[place] = kind
        self.breaks_after[place] = breaks & 2
        self.depth += 1
        if breaks & 1:
            self._rule()
        if kind == PRE:
            self.preformatted += 1
        elif kind == LIST_ITEM:
            self.list_items += 1
        elif kind == HEADING:
            self.headings += 1
        elif kind == TABLE:
            self.table_depth += 1
        elif kind == ANCHOR and found.href >= 0 and not self.hidden:
            self.link_begin = self.characters
            self.link_target = self.body[found.href : found.href_end]
        return 0

    cdef int _restyle(self, uint64_t name, int kind) except -1:
        """Set the style that an element brings; return 1 if a page breaks before it, 2 after it."""
        cdef _Attributes found = self.attributes
        cdef int breaks = 0
        if kind == FORMATTING or kind == HEADING or kind == HIDDEN or name == CENTER_NAME:
            plain = ELEMENT_STYLES.get(name)
            if plain is not None:
                self._declare(plain)
        elif kind == TABLE:
            self._declare(b"text-align:left;margin-left:0")
        if found.size >= 0 and kind == FORMATTING:
            self._compose(self.styles.of_attribute(b"size", self.body[found.size : found.size_end]))
        if found.align >= 0:
            self._compose(self.styles.of_attribute(b"align", self.body[found.align : found.align_end]))
        if found.style >= 0:
            breaks = self._declare(self.body[found.style : found.style_end])
        if found.hidden:
            self._declare(b"display:none")
        return breaks

    cdef int _declare(self, bytes css) except -1:
        """Apply the declarations of a style attribute; return the page breaks they ask for."""
        cdef object known = self.changes.get(css)
        cdef int change
        if known is None:
            change = self.styles.of_declarations(css)
            known = self.changes[css] = (change << 2) | self.styles.page_breaks[change]
        change = known
        self._compose(change >> 2)
        return change & 3

    cdef int _compose(self, int change) except -1:
        cdef object known
        cdef uint64_t key = ((<uint64_t> self.style) << 20) | change
        cdef int style
        if change == 0:
            return 0
        known = self.compositions.get(key)
        if known is None:
            style = self.styles.compose(self.style, change)
            known = self.compositions[key] = (style << 1) | self.styles.hidden[style]
        style = known
        if style >> 1 != self.style:
            self.style = style >> 1
            self.hidden = style & 1
            self.fresh_run = True
        return 0

    cdef void _wear(self, int style, bint hidden):
        if style != self.style:
            self.style = style
            self.fresh_run = True
            self.hidden = hidden

    cdef int _anchor(self) except -1:
        if not self.hidden:
            self.anchors.append((self.body[self.attributes.name : self.attributes.name_end], self.characters))
        return 0

    cdef int _end_tag(self) except -1:
        cdef uint64_t name
        cdef int kind, place
        self.at += 2
        name = self._name()
        while self.at < self.end and self.raw[self.at] != 62 and self.raw[self.at] != 60:
            self.at += 1
        if self.at < self.end and self.raw[self.at] == 62:
            self.at += 1
        kind = NAMES.find(name, INLINE)
        if kind == VOID or kind == IGNORED or kind == RAW or kind == RULE or kind == PAGE:
            return 0
        if kind == BREAK:
            if not self.hidden:
                self._break(True)
            return 0
        if self.overflow:
            self.overflow -= 1
            return 0
        place = self._opened(name, kind)
        if not self.hidden:
            self._after(kind, place)
        if place >= 0:
            self._pop(place)
        return 0

    cdef int _opened(self, uint64_t name, int kind) except -2:
        """Return the place on the stack of the element that an end tag closes, or -1."""
        cdef int place = self.depth - 1
        cdef int last = self.depth - SEARCH_LIMIT
        cdef uint8_t other
        if place < 0:
            return -1
        if self.names[place] == name:
            return place
        while place >= 0 and place > last:
            if self.names[place] == name:
                return place
            other = self.kinds[place]
            if other == TABLE or (other == CELL and kind != ROW and kind != TABLE and kind != CELL):
                return -1
            if (kind == FORMATTING or kind == ANCHOR or kind == INLINE) and other == HIDDEN:
                return -1
            place -= 1
        return -1

    cdef int _after(self, int kind, int place) except -1:
        """What the end of an element does to the block in the making."""
        if kind == INLINE or kind == FORMATTING or kind == HIDDEN:
            return 0
        if kind == ANCHOR:
            self._end_link(True)
        elif kind == ROW:
            self._end_row()
        elif kind == TABLE:
            if place >= 0:
                self._end_row()
        else:
            self._break(False)
            if kind == PRE:
                self.column = self.gap = self.newlines = 0
        return 0

    cdef int _end_link(self, bint ended) except -1:
        if self.link_target is not None:
            if self.characters > self.link_begin:
                self.links.append((self.link_begin, self.characters, self.link_target))
            if ended:
                self.link_target = None
            else:
                self.link_begin = self.characters + 1
        return 0

    cdef int _pop(self, int place) except -1:
        """Close the element at `place` and what is open in it."""
        cdef int number, kind
        cdef int style = self.style_before[place]
        cdef int breaks = 0
        for number in range(place, self.depth):
            kind = self.kinds[number]
            breaks |= self.breaks_after[number]
            if kind == PRE:
                self.preformatted -= 1
            elif kind == LIST_ITEM:
                self.list_items -= 1
            elif kind == HEADING:
                self.headings -= 1
            elif kind == TABLE:
                self.table_depth -= 1
                self.in_row = self.in_row and self.table_depth > 0
        self.depth = place
        self._wear(style, self.hidden_before[place])
        if breaks:
            self._rule()
        return 0

    cdef int _find_close(self, int opened) except -2:
        """Return where the end tag of the element that opened at `opened` stands, or -1."""
        cdef int stop = opened + 1
        cdef bytes name
        while stop < self.end and not _is_blank(self.raw[stop]) and self.raw[stop] != 62 and self.raw[stop] != 47:
            stop += 1
        name = self.body[opened + 1 : stop]
        found = self._find(b"</" + name, self.at)
        if found < 0:
            found = self._find(b"</" + name.lower(), self.at)
        if found < 0:
            found = self._find(b"</" + name.upper(), self.at)
        return found

    cdef int _raw_text(self, int opened) except -1:
        """Pass over an element that holds no text to read; where it never ends, over its tag alone."""
        cdef int close
        if self.attributes.closed:
            return 0
        close = self._find_close(opened)
        if close < 0:
            self.reasons.add("unterminated_element")
            return 0
        self.at = close
        return self._skip_past(b">", close)

    cdef bint _marker(self) except? True:
        """Read one of the few markers of typewritten text; return whether there was one."""
        cdef int opened = self.at
        cdef int kind
        cdef bint ends = False
        self.at += 1
        if self.at < self.end and self.raw[self.at] == 33:
            self.at = opened
            return self._markup()
        if self.at < self.end and self.raw[self.at] == 47:
            ends = True
            self.at += 1
        kind = TYPED_NAMES.find(self._name(), INLINE)
        while kind != INLINE and self.at < self.end and _is_blank(self.raw[self.at]) and self.raw[self.at] not in b"\r\n":
            self.at += 1
        if kind == INLINE or self.at >= self.end or self.raw[self.at] != 62:
            self.at = opened
            return False
        self.at += 1
        if kind == PAGE:
            self._break(False)
            self._rule()
            self.typed_table = False
        elif kind == TABLE:
            self._break(False)
            self.typed_table = not ends
            if not ends:
                self.tables += 1
        return True


def scan(bytes body, *, int start, object styles, object high, bint typed):
    """Return what a reader sees of `body` from `start` on, as flat columns.

    styles: a `styles.Styles`, which gives numbers to styles.
    high:   code points of the bytes 128 to 255 as int32; empty for UTF-8.
    typed:  typewritten text instead of HTML.
    Returns (text, blocks, runs, links, anchors, reasons). blocks: int32 arrays of equal length (begin, end, raw_begin,
    raw_end, flags, table, first_run), offsets into text and into body. runs: (begin, raw_begin, style).
    links: (begin, end, target). anchors: (name, offset into text). reasons: codes of what was odd.
    """
    cdef _Scanner scanner = _Scanner(body, start, styles, high, typed)
    if typed:
        scanner.plain()
    else:
        scanner.html()
    blocks = [
        column[: scanner.blocks].copy()
        for column in [
            np.asarray(scanner.begin), np.asarray(scanner.finish), np.asarray(scanner.raw_begin),
            np.asarray(scanner.raw_finish), np.asarray(scanner.flags), np.asarray(scanner.table),
            np.asarray(scanner.first_run),
        ]
    ]
    runs = [
        column[: scanner.runs].copy()
        for column in [np.asarray(scanner.run_begin), np.asarray(scanner.run_raw), np.asarray(scanner.run_style)]
    ]
    text = bytes(scanner.out[: scanner.written]).decode("utf-8")
    return text, blocks, runs, scanner.links, scanner.anchors, tuple(sorted(scanner.reasons))
