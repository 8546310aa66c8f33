# Typewritten lines, also those in `<pre>`: which belong together, which are rows. Columns are counted from 0.


cdef int _end_typed_line(_Scanner s) except -1:
    if s.column:
        s.last_length = s.column
        s.last_indent = s.line_indent
        s.last_is_row = s.line_is_row
    s.newlines += 1
    s.column = s.gap = 0
    return 0


cdef int _new_page(_Scanner s) except -1:
    """A form feed ends the line and the page."""
    _end_typed_line(s)
    _rule(s)
    return 0


cdef bint _typed_ink(_Scanner s) except? True:
    """Decide, before characters of a typewritten line, whether they begin a block or a cell; return the latter."""
    cdef bint tab = False
    if s.newlines or s.column == 0:
        s.line_indent = s.gap
        s.line_is_row = s.typed_table or _has_gap(s)
        if s.newlines and s.open and not _joins(s):
            _break(s, True)
        s.column = s.gap
        s.newlines = 0
    else:
        tab = s.line_is_row and s.gap >= (TABLE_GAP if s.typed_table else TYPED_GAP)
        s.column += s.gap
    s.gap = 0
    return tab


cdef bint _joins(_Scanner s) noexcept:
    """Return whether the line that begins here goes on with the paragraph of the line before."""
    cdef uint8_t last = s.out[s.written - 1] if s.written else 0
    cdef bint sentence_ended = last == c'.' or last == c':' or last == c';' or last == c'!' or last == c'?'
    if s.newlines > 1 or s.line_is_row or s.last_is_row or s.last_length < FULL_LINE:
        return False
    return not (_opens_item(s) or _only_number(s) or (sentence_ended and s.line_indent > s.last_indent))


cdef bint _has_gap(_Scanner s) noexcept:
    """Return whether the line has a wide gap after its first character: cells of a table."""
    cdef const uint8_t* raw = s.raw
    cdef int at = s.at
    cdef int gap = 0
    cdef uint8_t byte
    while at < s.end:
        byte = raw[at]
        if byte == c' ':
            gap += 1
        elif byte == c'\t':
            gap += TYPED_GAP
        elif byte == c'\n' or byte == c'\r' or byte == c'\f' or byte == c'<':
            return False
        elif gap >= TYPED_GAP and at > s.at + gap:
            return True
        else:
            gap = 0
        at += 1
    return False


cdef bint _opens_item(_Scanner s) noexcept:
    """Return whether `item` or `PART`, and a space, begin here."""
    cdef const uint8_t* at = s.raw + s.at
    if s.at + 5 >= s.end:
        return False
    return (
        (_lower(at[0]) == c'i' and _lower(at[1]) == c't' and _lower(at[2]) == c'e' and _lower(at[3]) == c'm')
        or (at[0] == c'P' and at[1] == c'A' and at[2] == c'R' and at[3] == c'T')
    ) and (_is_blank(at[4]) or _is_blank(at[5]) or at[4] >= 128 or at[4] == c'&')


cdef bint _only_number(_Scanner s) noexcept:
    """Return whether a line has nothing but a page number."""
    cdef const uint8_t* at = s.raw + s.at
    cdef int place = 0
    cdef int digits = 0
    while place < PAGE_NUMBER and s.at + place < s.end and at[place] != c'\n' and at[place] != c'\r':
        if _is_digit(at[place]):
            digits += 1
        elif not _is_blank(at[place]) and at[place] != c'-':
            return False
        place += 1
    return place < PAGE_NUMBER and 0 < digits < 4


cdef bint _marker(_Scanner s) except? True:
    """Read one of the few markers of typewritten text; return whether there was one."""
    cdef const uint8_t* raw = s.raw
    cdef int at = s.at + 1
    cdef bint ends = raw[at] == c'/'
    cdef uint64_t name
    cdef int kind
    if raw[at] == c'!':
        return raw[at + 1] == c'-' and raw[at + 2] == c'-' and _comment(s) == 0
    at = _name(s, at + ends, &name)
    kind = TYPED_NAMES.kinds[TYPED_NAMES._slot(name)]
    while kind != INLINE and (raw[at] == c' ' or raw[at] == c'\t'):
        at += 1
    if kind == INLINE or raw[at] != c'>':
        return False
    s.at = at + 1
    if kind == PAGE:
        _break(s, False)
        _rule(s)
        s.typed_table = False
    elif kind == TABLE:
        _break(s, False)
        s.typed_table = not ends
        s.tables += not ends
    return True
