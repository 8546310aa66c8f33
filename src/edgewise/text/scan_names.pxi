# Names of elements, without making Python objects: a name is its hash, and a table says what kind of element it is.

cdef enum:  # kinds of elements, by what they do to text
    INLINE, BLOCK, PARAGRAPH, BREAK, RULE, TABLE, ROW, CELL, RAW, VOID, ANCHOR, FORMATTING, PRE, LIST_ITEM, HEADING, \
        IGNORED, BODY, PAGE, MARKER

cdef enum:  # what elements look like without a word about it
    NO_LOOK, BOLD, ITALIC, UNDERLINED, CENTERED, TABULAR, HIDDEN, LOOKS

cdef enum:
    NAME_SLOTS = 512  # a power of two

cdef uint64_t FNV_OFFSET = 14695981039346656037ULL
cdef uint64_t FNV_PRIME = 1099511628211ULL

_KINDS = {
    BLOCK: "address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption figure footer "
           "form header legend main menu nav ol option section summary ul caption text document",
    PARAGRAPH: "p",
    BREAK: "br",
    RULE: "hr",
    TABLE: "table",
    ROW: "tr",
    CELL: "td th",
    RAW: "script style title textarea iframe noembed noframes ix:header ix:hidden ix:references ix:resources template",
    VOID: "img input meta link col area base wbr param source embed track",
    ANCHOR: "a",
    FORMATTING: "b strong i em cite u ins font s strike small big code tt nobr sup sub",
    PRE: "pre listing xmp",
    LIST_ITEM: "li",
    HEADING: "h1 h2 h3 h4 h5 h6",
    IGNORED: "html head thead tbody tfoot colgroup noscript xbrl plaintext",
    BODY: "body",
    PAGE: "page",
}
_LOOKS = {
    BOLD: "b strong h1 h2 h3 h4 h5 h6",
    ITALIC: "i em cite",
    UNDERLINED: "u ins",
    CENTERED: "center",
    TABULAR: "table",
}
# In typewritten text everything else between angle brackets is text.
_TYPED_KINDS = {
    PAGE: "page",
    TABLE: "table",
    MARKER: "s c caption fn r text document type sequence filename description pre html body head title "
            "b i u p font center div span " + " ".join(f"f{number}" for number in range(1, 100)),
}
cdef tuple LOOK_STYLES = (
    b"", b"font-weight:bold", b"font-style:italic", b"text-decoration:underline", b"text-align:center",
    b"text-align:left;margin-left:0", b"display:none",
)


cdef inline uint8_t _lower(uint8_t byte) noexcept:
    return byte + 32 if 65 <= byte <= 90 else byte


cdef uint64_t _hash(bytes name) noexcept:
    cdef uint64_t value = FNV_OFFSET
    cdef uint8_t letter
    for letter in name:
        value = (value ^ letter) * FNV_PRIME
    return value


@cython.final
cdef class _Names:
    """A table from the hash of a name to its kind and look."""

    cdef uint64_t[NAME_SLOTS] keys
    cdef uint8_t[NAME_SLOTS] kinds
    cdef uint8_t[NAME_SLOTS] looks

    def __init__(self, dict kinds, dict looks):
        cdef int slot
        look_of = {name: look for look, names in looks.items() for name in names.split()}
        for kind, names in kinds.items():
            for name in names.split():
                slot = self._slot(_hash(name.encode()))
                self.keys[slot] = _hash(name.encode())
                self.kinds[slot] = kind
                self.looks[slot] = look_of.get(name, NO_LOOK)

    cdef inline int _slot(self, uint64_t key) noexcept:
        """Return where a name stands, or where it would stand; an empty slot has the key 0 and is INLINE."""
        cdef int slot = <int> (key & (NAME_SLOTS - 1))
        while self.keys[slot] != 0 and self.keys[slot] != key:
            slot = (slot + 1) & (NAME_SLOTS - 1)
        return slot


cdef _Names NAMES = _Names(_KINDS, _LOOKS)
cdef _Names TYPED_NAMES = _Names(_TYPED_KINDS, {})
