"""Names as printed, and what they are taken for."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from forecast.intake.matching import Names, read_aliases
from forecast.intake.numbers import same_thing, unit_of
from forecast.tables.plan import data_folder, load_plan

PRINTED = pd.read_csv(
    Path(__file__).with_name("printed_names.csv"), dtype=str, keep_default_na=False
)
FULL_WIDTH = str.maketrans("0123456789ABC%", "０１２３４５６７８９ＡＢＣ％")
REPLACED = (
    ("占比", "比例"), ("占比", "所占比重"), ("率", "比例"), ("数", "数量"), ("数", "总数"),
    ("每万老年人", "每万名老年人口"), ("每10万人", "每十万人"), ("每百万人", "每100万人"),
    ("每千老年人", "每1000名老年人"), ("乡镇", "乡镇（街道）"),
    ("乡镇", "镇街"), ("未保", "未成年人保护"), ("持证", "执证"), ("社工", "社会工作者"),
    ("县", "县（市、区）"),
)  # fmt: skip


@pytest.fixture(scope="module")
def names() -> Names:
    """Names of the shipped tables."""
    return Names.of(load_plan("lishui").tables, read_aliases())


@pytest.mark.parametrize("row", PRINTED.to_dict("records"), ids=lambda row: row["name"][:20])
def test_every_name_in_the_lists_of_the_five_documents_is_known(
    row: dict[str, str], names: Names
) -> None:
    """Lishui's main indicators, Xiaoshan's list, the province's and Shaoxing's, as printed."""
    found = names.match(row["name"], row["region"], row["unit"]).indicators
    assert list(found) == row["indicator"].split()


def printed_targets() -> pd.DataFrame:
    """Printed names of the shipped targets, each once an indicator and document."""
    targets = pd.read_csv(data_folder() / "targets.csv", dtype=str, keep_default_na=False)
    return targets.drop_duplicates(["source", "indicator", "name_printed"])


def variants(name: str, unit: str) -> dict[str, str]:
    """Spellings of a name by what was changed; in lower case what may not be taken for it."""
    middle = len(name) // 2
    at = random.Random(name).randrange(len(name))
    kept = {
        "Unit in brackets": f"{name}（{unit}）",
        "Unit behind": f"{name}，{unit}",
        "Width": name.translate(FULL_WIDTH),
        "Blanks": "　".join(name),
        "Number": f"（三）{name}",
        "Quotes": f"「{name[:2]}」{name[2:]}",
        "Curly": f"“{name[:2]}”{name[2:]}",
        "Case": name.lower(),
        "Whole region": f"全市{name}",
        "Invisible": f"{name[:2]}\u200b{name[2:]}",
        "Goal": f"{name}达到12以上。",
        "order": name[middle:] + name[:middle],
        "end": name[:-1],
        "start": name[1:],
        "letter": name[:at] + "某" + name[at + 1 :],
        "gap": name[:at] + name[at + 1 :],
    }
    for old, new in REPLACED:
        ends = old in ("占比", "率", "数")
        if name.endswith(old) if ends else old in name:
            kept[f"Spelling {new}"] = (
                name.removesuffix(old) + new if ends else name.replace(old, new, 1)
            )
    return kept


def test_no_variant_of_a_name_is_taken_for_another_indicator(names: Names) -> None:
    """Of over 3,000 spellings those of one quantity are known; none is taken for another."""
    known, asked, wrong, unknown = 0, 0, [], []
    for indicator, about in names.about.items():
        for change, text in variants(about["name_zh"], about["unit_zh"]).items():
            found = names.match(text, "lishui").indicators
            known += found == (indicator,)
            asked += not found
            wrong += [(text, found)] if found not in ((), (indicator,)) else []
            unknown += [text] if change[0].isupper() and not found else []
    assert wrong == []
    assert known > 2000 and asked > 200
    assert len(unknown) < 20


def test_every_name_that_a_target_or_figure_is_printed_by_is_known(names: Names) -> None:
    """Each of the about 200 printed names of the shipped targets means the target's indicator."""
    for row in printed_targets().itertuples():
        assert row.indicator in names.match(row.name_printed, row.region).indicators


def test_variants_of_printed_names_are_known_or_asked_about(names: Names) -> None:
    """Of a variant of each printed name, one after another of all kinds, none is mistaken."""
    known, wrong, asked = 0, [], []
    for number, row in enumerate(printed_targets().itertuples()):
        kinds = variants(row.name_printed, names.about[row.indicator]["unit_zh"])
        change, text = list(kinds.items())[number % len(kinds)]
        found = names.match(text, row.region).indicators
        known += row.indicator in found
        asked += [text] if not found else []
        same = found in ((), names.match(row.name_printed, row.region).indicators)
        wrong += [] if same or found == (row.indicator,) else [(change, text, found)]
    assert wrong == []
    assert known + len(asked) >= 200 and known >= 110


def test_english_names_are_known_however_written(names: Names) -> None:
    """Case, unit behind or in brackets, percentages and shares, hyphens, older people, 10000."""
    known, wrong = 0, []
    for indicator, about in names.about.items():
        name, unit = about["name_en"], about["unit_en"]
        texts = {
            name.upper(), f"{name} ({unit})", f"{name}, {unit}", f"The number of {name}",
            name.replace("Share of", "Percentage of"), name.replace("-", " "),
            name.replace("elderly", "older people"), name.replace("10,000", "10000"),
        }  # fmt: skip
        for text in texts:
            found = names.match(text, "lishui").indicators
            known += found == (indicator,)
            wrong += [] if found == (indicator,) else [(text, found)]
    assert wrong == [] and known > 1000


@pytest.mark.parametrize(
    ("name", "unit", "indicator"),
    [
        ("护理型床位", "%", "nursing_bed_share"),
        ("护理型床位", "万张", "nursing_beds"),
        ("护理型床位", "", ""),
        ("慈善信托", "单", "charity_trusts"),
        ("慈善信托", "", ""),
        ("登记基金会人数", "", ""),
        ("注册志愿者数", "", "registered_volunteers"),
        ("全省慈善组织数", "", ""),
        ("慈善组织增长率", "", ""),
        ("60岁及以上老年人口", "万人", ""),
        ("散居孤儿及困境儿童标准占机构标准比", "", "dispersed_to_institutional_ratio"),
        ("机构标准占散居孤儿及困境儿童标准比", "", ""),
        ("婚姻登记机关4A级占比", "%", "marriage_registry_4a_share"),
        ("Registered Foundations", "", "registered_foundations"),
        ("nursing_bed_share", "", "nursing_bed_share"),
    ],
)
def test_what_is_not_certain_is_not_taken(
    name: str, unit: str, indicator: str, names: Names
) -> None:
    """A unit decides between two; without one, or where order matters, the planner is asked."""
    assert names.match(name, "lishui", unit).indicators == ((indicator,) if indicator else ())


def test_a_name_of_one_place_counts_there_only(names: Names) -> None:
    """Lishui prints 万人拥有社会组织数量 for registered ones; elsewhere that is not known."""
    name = "万人拥有社会组织数量（个）"
    assert names.match(name, "lishui").indicators == ("registered_social_organisations_per_10k",)
    assert names.match(name, "xiaoshan").indicators == ()


def test_candidates_have_one_unit_and_kind_those_with_a_target_first(names: Names) -> None:
    """For every name with a wrong letter: never one of another unit, planned ones in front."""
    for about in names.about.values():
        name, unit = f"{about['name_zh'][:-2]}某{about['name_zh'][-2:]}", about["unit_zh"]
        near = names.candidates(name, "lishui", unit)
        kinds = {(names.about[i]["unit"], names.about[i]["kind"]) for i in near}
        assert len(near) <= 3 and len(kinds) <= 1
        for candidate in near:
            other, own = unit_of(names.about[candidate]["unit_zh"]), unit_of(unit)
            percents = {other.thing, own.thing} <= {"%", "‰"}
            assert percents or (same_thing(other.thing, own.thing) and other.per == own.per)
        planned = [("lishui", candidate) in names.planned for candidate in near]
        assert planned == sorted(planned, reverse=True)


def test_only_the_first_unknown_names_get_candidates(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Likenesses to thousands of names would take minutes; what was asked before stays known."""
    few = replace(names, likely={})
    misprints = [
        f"{about['name_zh'][:2]}某{about['name_zh'][3:]}" for about in names.about.values()
    ]
    shown = [name for name in misprints[:40] if replace(names, likely={}).candidates(name)]
    monkeypatch.setattr("forecast.intake.matching.MOST_LIKELY", 2)
    found = [bool(few.candidates(name)) for name in (*shown[:3], shown[0])]
    assert found == [True, True, False, True]


def test_a_misprint_is_asked_about_with_its_indicator(names: Names) -> None:
    """Among the candidates of a name with one wrong letter is nearly always the one meant."""
    found = [
        indicator in names.candidates(f"{about['name_zh'][:2]}某{about['name_zh'][3:]}", "lishui")
        for indicator, about in names.about.items()
    ]
    assert sum(found) / len(found) > 0.8


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("丽水市", "lishui"), ("丽水", "lishui"), ("lishui", "lishui"), ("莲都区", ""), ("", ""),
        ("青田县民政局", "qingtian"), ("温州市", "wenzhou"), ("温州市区", "wenzhou_urban_area"),
    ],
)  # fmt: skip
def test_regions_are_known_by_their_names(text: str, region: str, names: Names) -> None:
    """With or without 市 or 县 where that is the only one; an unknown one is not guessed."""
    assert names.region(text) == region


def test_of_regions_that_lie_in_one_another_the_smallest_is_meant(names: Names) -> None:
    """浙江省丽水市 is Lishui; two counties side by side are both found."""
    assert names.regions_in("浙江省丽水市民政")[0] == ("lishui",)
    assert set(names.regions_in("青田县、缙云县")[0]) == {"qingtian", "jinyun"}
