# Characters between tags.


cdef int _characters(_Scanner s) except -1:
    """Read up to the next `<`; one that opens no markup is a character."""
    cdef const uint8_t* raw = s.raw
    cdef uint8_t byte
    cdef int kind
    cdef bint first = True
    s.fresh_run = True
    if s.hidden:
        s.at = _next(s, c'<', s.at + 1)
        return 0
    while s.at < s.end:
        byte = raw[s.at]
        kind = CLASS[byte]
        if kind == INK or (kind == OPENS and first):
            _ink(s)
        elif kind == SPACE:
            _blank(s, byte)
            s.at += 1
        elif kind == OPENS:
            return 0
        elif kind == LINE_END:
            _line_end(s, byte)
        elif kind == AMPERSAND:
            _reference(s)
        elif kind == HIGH:
            _beyond_ascii(s)
        else:
            s.at += 1
        first = False
    return 0


cdef int _ink(_Scanner s) except -1:
    """Copy a plain character and those that follow it at once, with single spaces between them."""
    cdef const uint8_t* raw = s.raw
    cdef int start = s.at
    cdef int stop = start + 1
    cdef int length
    _begin_ink(s, start)
    while True:
        while CLASS[raw[stop]] == INK:
            stop += 1
        if raw[stop] != c' ' or stop >= s.end or CLASS[raw[stop + 1]] != INK:
            break
        stop += 2
    length = stop - start
    if s.written + length > s.text_room:
        _more_text(s, length)
    memcpy(s.out + s.written, raw + start, length)
    s.written += length
    s.characters += length
    s.column += length
    s.ink_end = s.at = stop
    return 0


cdef inline int _blank(_Scanner s, uint8_t byte) except -1:
    s.space = True
    if s.preformatted:
        s.gap += 8 - (s.column + s.gap) % 8 if byte == c'\t' else 1
        if byte == c'\f' and s.typed:
            _new_page(s)
    return 0


cdef int _line_end(_Scanner s, uint8_t byte) except -1:
    if byte == c'\r' and s.raw[s.at + 1] == c'\n':
        s.at += 1
    s.at += 1
    s.space = True
    if s.preformatted:
        _end_typed_line(s)
    return 0


cdef int _beyond_ascii(_Scanner s) except -1:
    """Read one character that begins with a byte from 128: UTF-8, or what the table says."""
    cdef int code
    cdef int length = 1
    if s.single_byte:
        code = s.high[s.raw[s.at] - 128]
    else:
        length = _utf8(s.raw + s.at, &code)
        if code == REPLACEMENT:
            s.reasons.add("replacement_characters")
        elif 0x80 <= code < 0xA0 and code != 0x85:  # Windows-1252 that somebody took for Latin-1
            code = CP1252[code - 128]
    _write(s, code, s.at + length)
    s.at += length
    return 0


cdef int _reference(_Scanner s) except -1:
    """Read a character reference; an ampersand that begins none stands for its."""
    cdef const uint8_t* raw = s.raw
    cdef int start = s.at + 1
    cdef int stop = start
    if raw[start] == c'#':
        return _numeric(s)
    if memcmp(raw + start, b"nbsp;", min(s.end - start, 5)) == 0 and s.end - start >= 5:
        return _spelled(s, "\u00a0", start + 5)
    while stop < start + LONGEST_REFERENCE and (_is_letter(raw[stop]) or _is_digit(raw[stop])):
        stop += 1
    if stop > start and raw[stop] == c';':
        text = REFERENCES.get(s.body[start : stop + 1])
        if text is not None:
            return _spelled(s, text, stop + 1)
    stop = start if s.typed else min(stop, start + LONGEST_BARE_REFERENCE)
    while stop > start:
        text = REFERENCES.get(s.body[start:stop])
        if text is not None:
            return _spelled(s, text, stop)
        stop -= 1
    _write(s, c'&', start)
    s.at = start
    return 0


cdef int _spelled(_Scanner s, str text, int after) except -1:
    """Write what a reference stands for: one or two characters."""
    cdef Py_UCS4 letter
    for letter in text:
        _write(s, letter, after)
    s.at = after
    return 0


cdef int _numeric(_Scanner s) except -1:
    """Read `&#8217;` or `&#x2019;`, with or without the semicolon."""
    cdef const uint8_t* raw = s.raw
    cdef int stop = s.at + 2
    cdef int base = 16 if _lower(raw[stop]) == c'x' else 10
    cdef int digit, first
    cdef int code = 0
    stop += base == 16
    first = stop
    while True:
        digit = _lower(raw[stop])
        digit = digit - 48 if 48 <= digit <= 57 else digit - 87 if base == 16 and 97 <= digit <= 102 else -1
        if digit < 0:
            break
        code = min(code * base + digit, 0x110000)
        stop += 1
    if stop == first:
        _write(s, c'&', s.at + 1)
        s.at += 1
        return 0
    if raw[stop] == c';':
        stop += 1
    if 128 <= code < 160:
        code = CP1252[code - 128]
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        code = REPLACEMENT
    _write(s, code, stop)
    s.at = stop
    return 0
