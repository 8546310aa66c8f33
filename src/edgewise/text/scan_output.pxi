# The columns that the scan writes. A block is open from its first character to `_break`.


cdef int _open_columns(_Scanner s) except -1:
    s.text_bytes = array.array("B")
    s.flags_of = array.array("B")
    s.begins, s.raw_begins, s.raw_ends, s.tables_of, s.first_runs = (_int32() for _ in range(5))
    s.run_begins, s.run_raws, s.run_styles = (_int32() for _ in range(3))
    s.row_outs, s.row_cells = (_int32() for _ in range(2))
    _more_text(s, s.end // 8)
    _more_blocks(s)
    _more_runs(s)
    return 0


cdef int _more_text(_Scanner s, int wanted) except -1:
    """Make room for `wanted` more bytes of text."""
    s.text_room = s.written + wanted + s.written // 2 + 256
    array.resize(s.text_bytes, s.text_room)
    s.out = s.text_bytes.data.as_uchars
    return 0


cdef int _more_blocks(_Scanner s) except -1:
    s.block_room += s.block_room // 2 + 256
    for column in (s.begins, s.raw_begins, s.raw_ends, s.tables_of, s.first_runs, s.flags_of):
        array.resize(column, s.block_room)
    s.begin = <int32_t*> s.begins.data.as_ints
    s.raw_begin = <int32_t*> s.raw_begins.data.as_ints
    s.raw_finish = <int32_t*> s.raw_ends.data.as_ints
    s.table = <int32_t*> s.tables_of.data.as_ints
    s.first_run = <int32_t*> s.first_runs.data.as_ints
    s.flags = s.flags_of.data.as_uchars
    return 0


cdef int _more_runs(_Scanner s) except -1:
    s.run_room += s.run_room // 2 + 512
    for column in (s.run_begins, s.run_raws, s.run_styles):
        array.resize(column, s.run_room)
    s.run_begin = <int32_t*> s.run_begins.data.as_ints
    s.run_raw = <int32_t*> s.run_raws.data.as_ints
    s.run_style = <int32_t*> s.run_styles.data.as_ints
    return 0


cdef int _new_block(_Scanner s, int raw_begin, int flags) except -1:
    """Begin a block, on a line of its own, and return its number."""
    cdef int number = s.blocks
    if number >= s.block_room:
        _more_blocks(s)
    if s.written + 8 > s.text_room:
        _more_text(s, 8)
    if number:
        s.out[s.written] = c'\n'
        s.written += 1
        s.characters += 1
    s.begin[number] = s.characters
    s.raw_begin[number] = s.raw_finish[number] = raw_begin
    s.table[number] = 0
    s.first_run[number] = s.runs
    s.flags[number] = flags
    return number


cdef int _open(_Scanner s, int where) except -1:
    cdef int number = _new_block(s, 
        where,
        (IS_LIST_ITEM if s.list_items else 0) | (IS_HEADING if s.headings else 0)
        | (IS_SOFT if s.soft else 0) | (IS_TYPED if s.preformatted else 0)
        | (IS_ROW if s.preformatted and s.line_is_row else 0),
    )
    if s.table_depth or s.typed_table:
        s.table[number] = s.tables
    if s.in_row:
        _remember_cell(s, number - s.row_first)
    s.open = s.fresh_run = True
    s.soft = False
    return 0


cdef int _break(_Scanner s, bint soft) except -1:
    """End the block in the making, if there is one."""
    if s.open:
        s.raw_finish[s.blocks] = s.ink_end
        s.blocks += 1
        s.open = False
        s.soft = soft
        if s.link_target is not None:
            _end_link(s)
            s.link_begin = -1
    elif not soft:
        s.soft = False
    s.space = False
    return 0


cdef int _rule(_Scanner s) except -1:
    """Mark a page break or a rule between blocks: a block without text. A table row is not parted by one."""
    if s.hidden or s.in_row:
        return 0
    _break(s, False)
    if s.blocks and s.flags[s.blocks - 1] & IS_RULE:
        return 0
    _new_block(s, s.at, IS_RULE)
    s.blocks += 1
    return 0


cdef int _begin_ink(_Scanner s, int where) except -1:
    """Make ready for characters that a reader sees: open a block, a run, write the space before them."""
    cdef bint tab = False
    if s.preformatted:
        tab = _typed_ink(s)
    if s.written + 8 > s.text_room:
        _more_text(s, 8)
    if not s.open:
        _open(s, where)
    elif s.space:
        s.out[s.written] = c'\t' if tab else c' '
        s.written += 1
        s.characters += 1
    s.space = False
    if s.fresh_run:
        _run(s, where)
    if s.waiting:
        _place_names(s)
    if s.link_begin < 0 and s.link_target is not None:
        s.link_begin = s.characters
    return 0


cdef int _place_names(_Scanner s) except -1:
    """Note where the names stand that wait for the text that follows them."""
    for name in s.waiting:
        s.anchors.append((name, s.characters))
    s.waiting.clear()
    return 0


cdef int _run(_Scanner s, int where) except -1:
    s.fresh_run = False
    if s.runs and s.run_style[s.runs - 1] == s.style and s.run_begin[s.runs - 1] == s.characters:
        return 0
    if s.runs >= s.run_room:
        _more_runs(s)
    s.run_begin[s.runs] = s.characters
    s.run_raw[s.runs] = where
    s.run_style[s.runs] = s.style
    s.runs += 1
    return 0


cdef int _write(_Scanner s, int code, int after) except -1:
    """Write one character given as its code point. after: where in the bytes what stands for it ends."""
    cdef int width = _width(code)
    cdef uint8_t* out
    if width == 0:
        return 0
    if width < 0:
        _blank(s, c' ')
        return 0
    _begin_ink(s, s.at)
    if s.written + 4 > s.text_room:
        _more_text(s, 4)
    out = s.out + s.written
    if width == 1:
        out[0] = code
    elif width == 2:
        out[0] = 0xC0 | (code >> 6)
        out[1] = 0x80 | (code & 63)
    elif width == 3:
        out[0] = 0xE0 | (code >> 12)
        out[1] = 0x80 | ((code >> 6) & 63)
        out[2] = 0x80 | (code & 63)
    else:
        out[0] = 0xF0 | (code >> 18)
        out[1] = 0x80 | ((code >> 12) & 63)
        out[2] = 0x80 | ((code >> 6) & 63)
        out[3] = 0x80 | (code & 63)
    s.written += width
    s.characters += 1
    s.column += 1
    s.ink_end = after
    return 0


cdef str _text(_Scanner s):
    return PyUnicode_DecodeUTF8(<const char*> s.out, s.written, NULL)


cdef list _block_columns(_Scanner s):
    """Return the columns of blocks; a block ends where the line end before the next one stands."""
    for column in (s.begins, s.raw_begins, s.raw_ends, s.tables_of, s.first_runs, s.flags_of):
        array.resize(column, s.blocks)
    begin = _array(s.begins)
    end = np.empty(s.blocks, dtype=np.int32)
    if s.blocks:
        np.subtract(begin[1:], 1, out=end[: s.blocks - 1])
        end[s.blocks - 1] = s.characters
    return [
        begin, end, _array(s.raw_begins), _array(s.raw_ends), np.array(s.flags_of, dtype=np.int32),
        _array(s.tables_of), _array(s.first_runs),
    ]


cdef list _run_columns(_Scanner s):
    for column in (s.run_begins, s.run_raws, s.run_styles):
        array.resize(column, s.runs)
    return [_array(s.run_begins), _array(s.run_raws), _array(s.run_styles)]
