"""Pieces of HTML."""

from matplotlib.figure import Figure

from forecast.reports.html import Html, picture, section, tabulate
from rendered import cells


def test_a_cell_is_written_in_full_with_its_later_lines_small():
    """No name is cut off, however long; what follows the first line is small."""
    long = "A very long name of an indicator " * 5
    page = tabulate([{"name": f"{long.strip()}\nyuan", "value": "1"}])
    assert long.strip() in page and "<br><small>yuan</small>" in page
    assert cells(page) == [["name", "value"], [f"{long.strip()} yuan", "1"]]


def test_empty_parts_of_a_section_are_left_out():
    """A section is its title and what there is."""
    assert section("a & b", "", "<p>c</p>", "") == Html("<h2>a &amp; b</h2>\n<p>c</p>")


def test_a_figure_is_embedded_with_its_description():
    """The picture is part of the page, as wide as is asked for, its text escaped."""
    page = picture(Figure(figsize=(1, 1)), 'a < "b"', share=0.5)
    assert 'width:50%" alt="a &lt; &quot;b&quot;" src="data:image/png;base64,iVBOR' in page
