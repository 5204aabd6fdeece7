"""Numbers, dates and amounts as people read them, and the labels of codes."""

import pytest

from forecast import UnknownNameError
from forecast.i18n import formatting
from forecast.i18n.labels import LABELS, label_of
from forecast.tables import schema
from made_up_language import LANGUAGE, write_catalogue


@pytest.fixture
def third_language(monkeypatch):
    """Give a language beside Chinese and English."""
    monkeypatch.setenv("FORECAST_LOCALE", str(write_catalogue()))
    return LANGUAGE


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("comparator", schema.TARGET_COMPARATORS),
        ("role", schema.ROLES),
        ("force", schema.FORCES),
        ("data_status", schema.STATUSES),
        ("list", schema.TASK_LISTS),
        ("kind", (*schema.KINDS, "all")),
    ],
)
def test_every_code_of_the_tables_has_a_label(group, codes):
    """Every word that the tables allow can be shown."""
    assert set(LABELS[group]) == set(codes)


@pytest.mark.parametrize("group", [group for group in LABELS if group.endswith("_meaning")])
def test_what_is_explained_has_a_label(group):
    """Each key of a group of meanings has a label."""
    assert set(LABELS[group]) <= set(LABELS[group.removesuffix("_meaning")])


@pytest.mark.parametrize(
    ("value", "language", "unit", "text"),
    [
        (0, "en", "", "0"),
        (-0.00001, "en", "", "0"),
        (1234567.5, "en", "", "1,234,567.5"),
        (-12, "en", "", "−12"),
        (99999, "zh", "", "99999"),
        (100000, "zh", "", "10万"),
        (123456789, "zh", "", "1.23亿"),
        (24252000000000, "zh", "", "24.25万亿"),
        (9999, "zh", "yuan_10k", "9999"),
        (100000, "zh", "yuan_10k", "10亿元"),
        (54.9, "zh", "percent", "54.9%"),
        (9, "en", "permille", "9\xa0‰"),
        (float("nan"), "zh", "percent", "–"),
    ],
)
def test_figures_follow_the_habit_of_the_language(value, language, unit, text):
    """Separators in English, 万 and 亿 in Chinese unless the unit has 万 itself, signs of units."""
    assert formatting.number(value, language, unit=unit) == text


def test_numbers_of_one_axis_are_written_alike():
    """80,000 beside 160,000 is 8万, and nothing is just 0."""
    texts = [formatting.number(v, "zh", like=160_000) for v in (-80_000, 0, 80_000, 160_000)]
    assert texts == ["−8万", "0", "8万", "16万"]
    assert formatting.number(80_000, "en", like=160_000) == "80,000"


def test_a_step_rounds_and_keeps_its_decimals():
    """A value is written at the reporting step: 54.96 at step 0.1 is 55.0."""
    assert formatting.number(54.96, "en", step=0.1) == "55.0"
    assert formatting.number(1234.6, "en", step=1) == "1,235"
    assert formatting.number(1234, "en", step=50) == "1,250"


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0, "0"), (0.005, "<\xa01"), (0.01, "1"), (0.5, "50"), (0.9951, ">\xa099"), (1.0, "100")],
)
def test_only_certainty_is_written_as_0_or_100(p, text):
    """A small chance is not written as none, nor a great one as certainty."""
    assert formatting.probability(p, "en") == f"{text}\xa0%"


def test_changes_carry_their_sign_and_percentages_change_in_points():
    """A change of a share is in percentage points, not in percent."""
    assert formatting.change(-2.0, "zh", unit="percent") == "−2.0个百分点"
    assert formatting.change(0.0, "en") == "0"
    assert formatting.change(float("nan"), "en") == "–"


def test_targets_are_written_with_their_comparator():
    """Greater than and at least stay apart, and a plain figure stays plain."""
    written = [formatting.comparison(c, 13000, "en") for c in ("ge", "gt", "eq", "le", "lt")]
    assert written == ["≥\xa013,000", ">\xa013,000", "13,000", "≤\xa013,000", "<\xa013,000"]


def test_unknown_names_raise_with_the_nearest_known_one():
    """A misspelt language, group or code is refused."""
    with pytest.raises(UnknownNameError, match="Unknown language 'de'"):
        formatting.number(1, "de")
    with pytest.raises(UnknownNameError, match="Did you mean 'likely'"):
        label_of("status", "likly", "en")
    with pytest.raises(UnknownNameError, match="Did you mean 'status'"):
        label_of("staus", "likely", "en")


def test_a_third_language_follows_its_locale(third_language):
    """Separators and dates are the locale's, everything else is as in English."""
    number = formatting.number(-1234567.5, third_language, unit="percent")
    assert number == "−1\xa0234\xa0567,5\xa0%"
    assert formatting.day("2022-06-05", third_language) == "2022-Junio-05"
    assert formatting.money(34000.0, third_language) == "340\xa0⟦million yuan⟧"
    assert formatting.change(2.14, third_language, unit="percent") == "+2,1⟦\xa0pp⟧"
    assert formatting.named(("张", "beds"), third_language) == "beds"
    assert formatting.join(["a", "b"], third_language) == "a; b"
    assert formatting.language_name(third_language) == "Esperanto"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_numbers_do_not_depend_on_the_machines_locale(language, monkeypatch):
    """A report reads the same on every machine."""
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert formatting.number(1234.5, language) == {"zh": "1234.5", "en": "1,234.5"}[language]
