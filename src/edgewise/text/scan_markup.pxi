# Tags, attributes and comments.


cdef bint _markup(_Scanner s) except? True:
    """Read one piece of markup; return whether there was one."""
    cdef const uint8_t* raw = s.raw
    cdef int at = s.at + 1
    if _is_letter(raw[at]):
        _start_tag(s)
    elif raw[at] == c'/' and _is_letter(raw[at + 1]):
        _end_tag(s)
    elif raw[at] == c'!' and raw[at + 1] == c'-' and raw[at + 2] == c'-':
        _comment(s)
    elif raw[at] == c'!' or raw[at] == c'?' or raw[at] == c'/':
        _skip_declaration(s)
    else:
        return False
    return True


cdef int _skip_declaration(_Scanner s) except -1:
    """Pass over `<!...>`, `<?...>` or `</ >`; where it never ends, over the two characters that opened it."""
    s.next_greater = _coming(s, c'>', s.at + 1, s.next_greater)
    s.at = min(s.at + 2, s.end) if s.next_greater == s.end else s.next_greater + 1
    return 0


cdef int _comment(_Scanner s) except -1:
    """Pass over a comment; where it never ends, over the four characters that opened it."""
    cdef int start = s.at + 2  # the dashes that open it may close it: <!-->
    s.next_comment_end = _coming_mark(s, b"-->", start, s.next_comment_end)
    s.next_odd_comment_end = _coming_mark(s, b"--!>", s.at + 4, s.next_odd_comment_end)
    if s.next_comment_end < s.next_odd_comment_end:
        s.at = s.next_comment_end + 3
    elif s.next_odd_comment_end < s.end:
        s.at = s.next_odd_comment_end + 4
    else:
        s.reasons.add("unterminated_comment")
        s.at = min(s.at + 4, s.end)
    return 0


cdef int _next(_Scanner s, uint8_t byte, int start) noexcept:
    """Return where a byte comes next, or where the document ends."""
    cdef const void* found
    if start >= s.end:
        return s.end
    found = memchr(s.raw + start, byte, s.end - start)
    return s.end if found == NULL else <int> (<const uint8_t*> found - s.raw)


cdef int _coming(_Scanner s, uint8_t byte, int start, int known) noexcept:
    """Return as `_next` does. known: the answer to an earlier question, which still holds if it lies ahead."""
    return known if known >= start else _next(s, byte, start)


cdef int _coming_mark(_Scanner s, bytes mark, int start, int known) except -1:
    """Return where some bytes come next, or where the document ends. known: as for `_coming`."""
    cdef Py_ssize_t found
    if known >= start:
        return known
    found = s.body.find(mark, start)
    return s.end if found < 0 else <int> found


cdef int _name(_Scanner s, int at, uint64_t* name) noexcept:
    """Read the name of an element in lower case; return where it ends."""
    cdef const uint8_t* raw = s.raw
    cdef uint64_t value = FNV_OFFSET
    cdef uint8_t byte = raw[at]
    s.prefixed = False
    while at < s.end and byte != c'>' and byte != c'/' and byte != c'<' and not _is_blank(byte):
        s.prefixed |= byte == c':'
        value = (value ^ _lower(byte)) * FNV_PRIME
        at += 1
        byte = raw[at]
    name[0] = value
    return at


cdef int _rest_of_tag(_Scanner s) except -1:
    """Read the attributes of a tag and go on after it."""
    cdef const uint8_t* raw = s.raw
    cdef uint8_t byte
    s.style_at = s.align_at = s.size_at = s.id_at = s.href_at = -1
    s.says_hidden = s.closed = False
    while s.at < s.end:
        byte = raw[s.at]
        if byte == c'>':
            s.at += 1
            return 0
        if byte == c'<':  # the tag was never closed: the next one begins
            return 0
        if byte == c'/':
            s.closed = raw[s.at + 1] == c'>'
            s.at += 1
        elif _is_blank(byte):
            s.at += 1
        else:
            _attribute(s)
    return 0


cdef int _attribute(_Scanner s) except -1:
    """Read one attribute and remember where its value stands if it is one of ours."""
    cdef const uint8_t* raw = s.raw
    cdef int start = s.at
    cdef int at = start + 1  # an equals sign at the start belongs to the name
    cdef int stop, value
    cdef uint8_t byte = raw[at]
    while at < s.end and byte != c'=' and byte != c'>' and byte != c'/' and not _is_blank(byte):
        at += 1
        byte = raw[at]
    stop = at
    while at < s.end and _is_blank(raw[at]):
        at += 1
    if at >= s.end or raw[at] != c'=':
        s.at = at
        _note(s, start, stop, stop, stop)
        return 0
    at += 1
    while at < s.end and _is_blank(raw[at]):
        at += 1
    if raw[at] == c'"' or raw[at] == c'\'':
        value = at + 1
        at = _closing_quote(s, raw[at], value)
        if at < s.end:
            s.at = at + 1
            _note(s, start, stop, value, at)
            return 0
        s.reasons.add("unterminated_element")
        at = value
    value = at
    while at < s.end and raw[at] != c'>' and not _is_blank(raw[at]):
        at += 1
    s.at = at
    _note(s, start, stop, value, at)
    return 0


cdef int _closing_quote(_Scanner s, uint8_t quote, int start) noexcept:
    if quote == c'"':
        s.next_quote = _coming(s, quote, start, s.next_quote)
        return s.next_quote
    s.next_apostrophe = _coming(s, quote, start, s.next_apostrophe)
    return s.next_apostrophe


cdef int _note(_Scanner s, int start, int stop, int value, int value_end) noexcept:
    """Keep where the value of an attribute stands, if it says something about what a reader sees."""
    cdef int length = stop - start
    cdef uint8_t first, second
    if length < 2 or length > 6:
        return 0
    first = _lower(s.raw[start])
    second = _lower(s.raw[start + 1])
    if length == 5 and first == c's' and second == c't':  # style
        s.style_at, s.style_end = value, value_end
    elif length == 5 and first == c'a' and second == c'l':  # align
        s.align_at, s.align_end = value, value_end
    elif length == 4 and first == c's' and second == c'i':  # size
        s.size_at, s.size_end = value, value_end
    elif (length == 2 and first == c'i' and second == c'd') or (length == 4 and first == c'n' and second == c'a'):
        s.id_at, s.id_end = value, value_end
    elif length == 4 and first == c'h' and second == c'r':  # href
        s.href_at, s.href_end = value, value_end
    elif length == 6 and first == c'h' and second == c'i':  # hidden
        s.says_hidden = True
    return 0


cdef int _raw_text(_Scanner s, uint64_t name) except -1:
    """Pass over an element that holds nothing to read; where it never ends, over its tag alone."""
    cdef int close
    if s.closed:
        return 0
    close = _next_end_tag(s, name)
    if close == s.end:
        s.reasons.add("unterminated_element")
        return 0
    s.at = close
    return _skip_declaration(s)


cdef int _next_end_tag(_Scanner s, uint64_t wanted) except -1:
    """Return where the next end tag of this name stands, or where the document ends."""
    cdef int at = s.next_end_tags.get(wanted, -1)
    cdef uint64_t name
    if at >= s.at:
        return at
    at = _next(s, c'<', s.at)
    while at < s.end:
        if s.raw[at + 1] == c'/':
            _name(s, at + 2, &name)
            if name == wanted:
                break
        at = _next(s, c'<', at + 1)
    s.next_end_tags[wanted] = at
    return at
