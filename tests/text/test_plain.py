"""The text of plain-text documents."""

from edgewise.text.plain import plain_text


def test_failure_case_17_page_and_table_markers_vanish_and_columns_stay():
    source = (
        "<PAGE>   2\r\n"
        "ITEM 7. RESULTS\r\n"
        "<TABLE>\r\n<CAPTION>\r\n              1996      1995\r\n<S>           <C>       <C>\r\n"
        "Sales         $ 10      $  9\r\n-----\r\n</TABLE>\r\n"
    )
    assert (
        plain_text(source) == "ITEM 7. RESULTS\n\n              1996      1995\n\nSales         $ 10      $  9\n-----"
    )


def test_a_page_marker_takes_its_number_but_not_the_text_behind_it():
    assert plain_text("<PAGE> 12\nNext") == "Next"
    assert plain_text("<PAGE> 12 months later") == "12 months later"


def test_footnote_and_revision_markers_vanish():
    assert plain_text("<FN>\n<F1> Restated. <R>New</R>\n</FN>") == " Restated. New"


def test_other_angle_brackets_stay():
    assert plain_text("if x <y> z") == "if x <y> z"


def test_entities_in_full_are_read_and_bare_ampersands_stay():
    assert plain_text("R&D &amp; AT&T &lt;5 &#167;2 &copy 1996 &bogus;") == "R&D & AT&T <5 §2 &copy 1996 &bogus;"


def test_form_feeds_and_old_line_ends_are_line_ends():
    assert plain_text("a\fb\rc\r\nd") == "a\nb\nc\nd"


def test_at_most_one_blank_line_in_a_row():
    assert plain_text("\n\na   \n\n \n\n\nb\n") == "a\n\nb"
