# Open elements, and the style they bring.


cdef int _start_tag(_Scanner s) except -1:
    cdef uint64_t name
    cdef int slot, kind
    s.at = _name(s, s.at + 1, &name)
    slot = NAMES._slot(name)
    kind = NAMES.kinds[slot]
    if s.prefixed and kind == INLINE:
        _rest_of_tag(s)
        s.style_at = s.align_at = s.id_at = -1  # facts have names, not looks
        s.says_hidden = False
    else:
        _rest_of_tag(s)
    if kind == RAW:
        return _raw_text(s, name)
    if s.id_at >= 0 and (kind == VOID or kind == IGNORED or s.closed):
        _anchor(s)
    if kind == VOID or kind == IGNORED:
        return 0
    if kind == BODY:
        _restyle(s, kind, NO_LOOK)
        return 0
    if not s.hidden:
        _before(s, kind)
    if kind == BREAK:
        return 0
    if kind == RULE or kind == PAGE:
        return _rule(s)
    if s.closed:
        if not s.hidden and (kind == BLOCK or kind == PARAGRAPH):
            _break(s, False)
        return 0
    _push(s, name, kind, NAMES.looks[slot])
    return 0


cdef int _before(_Scanner s, int kind) except -1:
    """What the start of an element does to the block in the making."""
    if kind == INLINE or kind == FORMATTING or kind == ANCHOR:
        return 0
    if kind == CELL:
        if not s.in_row and s.table_depth:
            _start_row(s)
        _break(s, False)
        _close_open(s, CELL)
        s.cell += 1
    elif kind == ROW:
        if s.table_depth:
            _close_open(s, ROW)
            _start_row(s)
        else:
            _break(s, False)
    elif kind == TABLE:
        _end_row(s)
        s.tables += 1
    else:
        _break(s, kind == BREAK)
        if kind == PRE:
            s.newlines = 1
            s.column = s.gap = 0
        if kind == LIST_ITEM:
            _close_open(s, LIST_ITEM)
        elif kind != BREAK:
            _close_open(s, PARAGRAPH)
    return 0


cdef int _close_open(_Scanner s, int wanted) except -1:
    """Close an open element whose end tag may be left out: paragraph, list item, cell or row."""
    cdef int place = s.depth - 1
    cdef int last = max(s.depth - SEARCH_LIMIT, 0)
    cdef int kind
    while place >= last:
        kind = s.kinds[place]
        if kind == wanted:
            return _pop(s, place)
        if kind == TABLE:
            return 0
        if wanted == PARAGRAPH and (kind == CELL or kind == BLOCK or kind == LIST_ITEM or kind == HEADING):
            return 0
        if wanted == LIST_ITEM and (kind == CELL or kind == BLOCK):
            return 0
        place -= 1
    return 0


cdef int _push(_Scanner s, uint64_t name, int kind, int look) except -1:
    cdef int place = s.depth
    cdef int breaks
    if s.id_at >= 0:
        _anchor(s)
    if place >= STACK_LIMIT:
        s.reasons.add("deeply_nested")
        s.overflow += 1
        return 0
    s.names[place] = name
    s.style_before[place] = s.style
    s.hidden_before[place] = s.hidden
    s.kinds[place] = kind
    s.depth += 1
    breaks = _restyle(s, kind, look)
    s.breaks_after[place] = breaks & 2
    if breaks & 1:
        _rule(s)
    if kind == PRE:
        s.preformatted += 1
    elif kind == LIST_ITEM:
        s.list_items += 1
    elif kind == HEADING:
        s.headings += 1
    elif kind == TABLE:
        s.table_depth += 1
    elif kind == ANCHOR and s.href_at >= 0 and not s.hidden:
        _end_link(s)
        s.link_begin = -1
        s.link_target = s.body[s.href_at : s.href_end]
    return 0


cdef int _restyle(_Scanner s, int kind, int look) except -1:
    """Set the style that an element brings; return 1 if a page breaks before it, 2 after it, 3 for both."""
    cdef int breaks = 0
    cdef int change
    if look:
        _compose(s, s.look_changes[look] >> 2)
    if s.size_at >= 0 and kind == FORMATTING:
        _compose(s, _change(s, SIZE, s.size_at, s.size_end) >> 2)
    if s.align_at >= 0 and kind != TABLE:  # a table's own place, not its text's
        _compose(s, _change(s, ALIGN, s.align_at, s.align_end) >> 2)
    if s.style_at >= 0:
        change = _change(s, DECLARATIONS, s.style_at, s.style_end)
        _compose(s, change >> 2)
        breaks = change & 3
    if s.says_hidden:
        _compose(s, s.look_changes[HIDDEN] >> 2)
    return breaks


cdef int _change(_Scanner s, int said_by, int start, int stop) except -1:
    """Return the number of a change of style, and its page breaks in the two lowest bits."""
    cdef const uint8_t* text = s.raw + start
    cdef int length = stop - start
    cdef uint64_t key = FNV_OFFSET ^ said_by ^ length
    cdef uint64_t word
    cdef int place = 0
    cdef Remembered* slot
    while place + 8 <= length:
        memcpy(&word, text + place, 8)
        key = (key ^ word) * FNV_PRIME
        key ^= key >> 29
        place += 8
    while place < length:
        key = (key ^ text[place]) * FNV_PRIME
        place += 1
    slot = &s.remembered[(key ^ (key >> 32)) & (REMEMBERED - 1)]
    if not (
        slot.start and slot.length == length and slot.said_by == said_by
        and memcmp(s.raw + slot.start, text, length) == 0
    ):
        slot.change = _asked(s, said_by, s.body[start:stop])
        slot.start, slot.length, slot.said_by = start, length, said_by
    return slot.change


cdef int _asked(_Scanner s, int said_by, bytes said) except -1:
    cdef int change
    if said_by == DECLARATIONS:
        change = s.styles.of_declarations(said)
    else:
        change = s.styles.of_attribute(b"size" if said_by == SIZE else b"align", said)
    return (change << 2) | <int> s.styles.page_breaks[change]


cdef int _compose(_Scanner s, int change) except -1:
    cdef uint64_t key = ((<uint64_t> s.style) << 32) | change
    cdef Composed* slot = &s.composed[((key * FNV_PRIME) >> 40) & (REMEMBERED - 1)]
    if change == 0:
        return 0
    if slot.key != key:
        slot.style = s.styles.compose(s.style, change)
        slot.hidden = s.styles.hidden[slot.style]
        slot.key = key
    _wear(s, slot.style, slot.hidden)
    return 0


cdef void _wear(_Scanner s, int style, bint hidden) noexcept:
    s.fresh_run |= style != s.style
    s.style = style
    s.hidden = hidden


cdef int _anchor(_Scanner s) except -1:
    if not s.hidden:
        s.waiting.append(s.body[s.id_at : s.id_end])
    return 0


cdef int _end_tag(_Scanner s) except -1:
    cdef uint64_t name
    cdef int kind, place
    s.at = _name(s, s.at + 2, &name)
    while s.at < s.end and s.raw[s.at] != c'>' and s.raw[s.at] != c'<':
        s.at += 1
    s.at += s.raw[s.at] == c'>'
    kind = NAMES.kinds[NAMES._slot(name)]
    if kind == VOID or kind == IGNORED or kind == BODY or kind == RAW or kind == RULE or kind == PAGE:
        return 0
    if kind == BREAK:
        return 0 if s.hidden else _break(s, True)
    if s.overflow:
        s.overflow -= 1
        return 0
    place = _opened(s, name, kind)
    if not s.hidden:
        _after(s, kind, place)
    if place >= 0:
        _pop(s, place)
    return 0


cdef int _opened(_Scanner s, uint64_t name, int kind) noexcept:
    """Return the place on the stack of the element that an end tag closes, or -1."""
    cdef int place = s.depth - 1
    cdef int last = max(s.depth - SEARCH_LIMIT, 0)
    cdef uint8_t other
    while place >= last:
        if s.names[place] == name:
            return place
        other = s.kinds[place]
        if other == TABLE or (other == CELL and kind != ROW and kind != TABLE and kind != CELL):
            return -1
        place -= 1
    return -1


cdef int _after(_Scanner s, int kind, int place) except -1:
    """What the end of an element does to the block in the making."""
    if kind == INLINE or kind == FORMATTING:
        return 0
    if kind == ANCHOR:
        _end_link(s)
        s.link_target = None
    elif kind == ROW:
        _end_row(s)
    elif kind == TABLE:
        if place >= 0:
            _end_row(s)
    else:
        _break(s, False)
        if kind == PRE:
            s.column = s.gap = s.newlines = 0
    return 0


cdef int _end_link(_Scanner s) except -1:
    """End the link in the making, if it has any text so far."""
    if s.link_target is not None and s.link_begin >= 0:
        s.links.append((s.link_begin, s.characters, s.link_target))
    return 0


cdef int _pop(_Scanner s, int place) except -1:
    """Close the element at `place` and what is open in it."""
    cdef int number, kind
    cdef int breaks = 0
    for number in range(place, s.depth):
        kind = s.kinds[number]
        breaks |= s.breaks_after[number]
        if kind == PRE:
            s.preformatted -= 1
        elif kind == LIST_ITEM:
            s.list_items -= 1
        elif kind == HEADING:
            s.headings -= 1
        elif kind == TABLE:
            s.table_depth -= 1
            s.in_row = s.in_row and s.table_depth > 0
        elif kind == ANCHOR:
            _end_link(s)
            s.link_target = None
    s.depth = place
    _wear(s, s.style_before[place], s.hidden_before[place])
    if breaks:
        _rule(s)
    return 0
