# Rows of HTML tables. While a row is open, each of its blocks notes its cell and where in the text it begins.


cdef int _remember_cell(_Scanner s, int place) except -1:
    if place >= s.row_room:
        s.row_room += s.row_room // 2 + 64
        array.resize(s.row_outs, s.row_room)
        array.resize(s.row_cells, s.row_room)
    (<int32_t*> s.row_outs.data.as_ints)[place] = s.written
    (<int32_t*> s.row_cells.data.as_ints)[place] = s.cell
    return 0


cdef int _start_row(_Scanner s) except -1:
    _end_row(s)
    s.in_row = True
    s.row_first = s.blocks
    s.cell = -1
    return 0


cdef int _end_row(_Scanner s) except -1:
    """Make one block of a row, cells parted by tabs; not where one cell holds all, or the row lays out a page."""
    cdef int first = s.row_first
    cdef int32_t* cells = (<int32_t*> s.row_cells.data.as_ints)
    cdef int place, last
    cdef bint several = False
    cdef bint stacked = False
    _break(s, False)
    if not s.in_row:
        return 0
    s.in_row = False
    last = s.blocks - 1 - first
    for place in range(1, last + 1):
        if cells[place] == cells[place - 1]:
            stacked = True
        else:
            several = True
    if not several or (stacked and s.characters - s.begin[first] > LAYOUT_ROW):
        return 0
    for place in range(1, last + 1):
        s.out[(<int32_t*> s.row_outs.data.as_ints)[place] - 1] = c' ' if cells[place] == cells[place - 1] else c'\t'
    s.raw_finish[first] = s.raw_finish[first + last]
    s.flags[first] |= IS_ROW
    s.blocks = first + 1
    return 0
