"""Style of figures: fonts, colours, layout of texts, settings left alone."""

from importlib.resources import files

import matplotlib as mpl
import pytest
from babel.messages.pofile import read_po
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import forecast as fc
from drawn import texts
from forecast.charts import measures, reliability, standing, style, tornado


def lightness(colour):
    """Lightness of a colour printed in grey."""
    return sum(w * c for w, c in zip((0.299, 0.587, 0.114), to_rgb(colour), strict=True))


def test_every_name_and_message_has_its_glyphs():
    """Whatever may be written in a figure has a glyph in one of the two fonts: a box would warn."""
    tables = fc.load_plan("zhejiang").tables
    names = [
        text
        for table in ("indicators", "units", "areas", "regions")
        for column in ("name_zh", "name_en")
        for text in tables[table][column]
    ]
    with (files("forecast.i18n") / "locale/zh/LC_MESSAGES/forecast.po").open("rb") as file:
        said = [text for m in read_po(file) for text in (m.id, m.string) if isinstance(text, str)]
    letters = "".join(sorted(set("".join([*names, *said, "≥≤<>−%‰万亿\xa0"]))))
    style.load_font()
    figure = Figure()
    figure.text(0, 0.5, letters.replace("\n", ""), family=style.FONTS, parse_math=False)
    assert len(texts(figure)[0]) > 500


def test_shades_differ_in_grey():
    """Bands get darker towards the median; bars of one shade differ by their hatch."""
    bands = [lightness(band[3]) for band in style.BANDS]
    assert bands[0] - bands[1] > 0.08 and bands[1] - bands[2] > 0.08 and bands[0] < 0.93
    looks = [(lightness(k["facecolor"]), k.get("hatch")) for k in tornado.KINDS.values()]
    assert len({(round(20 * shade), hatch) for shade, hatch in looks}) == len(looks)


def test_marks_differ_without_colour():
    """Findings differ in shape or fill, measures from assumptions, series in mark and dash."""
    marks = [(s.marker, s.hollow) for c, s in standing.STATES.items() if c != "too_early"]
    assert len(set(marks)) == len(marks)
    assert measures.LEVER["marker"] != measures.ASSUMPTION["marker"]
    lines = [(look["marker"], look.get("linestyle", "-")) for look in reliability.STYLES]
    assert len({mark for mark, _ in lines}) == len({dash for _, dash in lines}) == 3


@pytest.mark.parametrize(
    ("language", "note"), [("en", "nine in ten within the band. " * 9), ("zh", "灰带，说明。" * 40)]
)
def test_notes_are_wrapped_between_words(language, note):
    """Lines fit, no mark opens one, and nothing of a note is lost."""
    lines = style.wrap_lines(note, 4.8, language)
    assert len(lines) > 1 and "".join(lines).replace(" ", "") == note.replace(" ", "")
    assert not [line for line in lines if line[0] in "，。"]


def test_drawing_leaves_the_settings_of_the_session():
    """Within a themed function texts have both fonts; outside all is as it was."""
    settings = dict(mpl.rcParams)

    @style.themed
    def draw():
        figure, _ = style.new_figure(1.0, ["note"], "en")
        axes = style.add_axes(figure, 1.0, 0.5, 5.0, 0.4)
        axes.plot([0, 1000], [0, 1])
        return figure

    figure = draw()
    written = texts(figure)
    assert dict(mpl.rcParams) == settings and "note" in written
    assert {tuple(t.get_fontfamily()) for t in figure.findobj(mpl.text.Text)} == {
        tuple(style.FONTS)
    }
    assert not any(spine.get_visible() for spine in figure.axes[0].spines.values())
