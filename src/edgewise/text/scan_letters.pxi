# What a byte is, and what a character takes.

cdef enum:
    INK, SPACE, LINE_END, AMPERSAND, HIGH, CONTROL, OPENS

cdef enum:
    REPLACEMENT = 0xFFFD

cdef uint8_t[256] CLASS
for _byte in range(256):
    CLASS[_byte] = HIGH if _byte >= 128 else CONTROL if _byte < 32 or _byte == 127 else INK
for _byte in (9, 11, 12, 32):
    CLASS[_byte] = SPACE
for _byte in (10, 13):
    CLASS[_byte] = LINE_END
CLASS[38] = AMPERSAND
CLASS[60] = OPENS

# Browsers read the references &#128; to &#159; as Windows-1252.
cdef int32_t[32] CP1252
for _byte in range(32):
    CP1252[_byte] = ord(bytes([_byte + 128]).decode("cp1252", errors="ignore") or chr(_byte + 128))


cdef inline bint _is_letter(uint8_t byte) noexcept:
    return (97 <= byte <= 122) or (65 <= byte <= 90)


cdef inline bint _is_digit(uint8_t byte) noexcept:
    return 48 <= byte <= 57


cdef inline bint _is_blank(uint8_t byte) noexcept:
    return byte == 32 or 9 <= byte <= 13


cdef int _width(int code) noexcept:
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


cdef int _utf8(const uint8_t* at, int* code) noexcept:
    """Read one character beyond ASCII; return how many bytes it takes.

    A broken sequence gives U+FFFD and takes as many bytes as could have begun a character, as browsers do. The zero
    behind the last byte ends a sequence like any other byte that cannot go on with it.
    """
    cdef uint8_t first = at[0]
    cdef uint8_t low = 0x80, top = 0xBF
    cdef int length, place
    if 0xC2 <= first <= 0xDF:
        length = 2
    elif 0xE0 <= first <= 0xEF:
        length = 3
        low = 0xA0 if first == 0xE0 else 0x80
        top = 0x9F if first == 0xED else 0xBF
    elif 0xF0 <= first <= 0xF4:
        length = 4
        low = 0x90 if first == 0xF0 else 0x80
        top = 0x8F if first == 0xF4 else 0xBF
    else:
        code[0] = REPLACEMENT
        return 1
    code[0] = first & (0xFF >> (length + 1))
    for place in range(1, length):
        if not low <= at[place] <= top:
            code[0] = REPLACEMENT
            return place
        code[0] = (code[0] << 6) | (at[place] & 63)
        low, top = 0x80, 0xBF
    return length
