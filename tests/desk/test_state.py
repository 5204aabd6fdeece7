"""The state of the desk: as the address of a page, and its history."""

from dataclasses import replace

import pytest

from forecast.desk.state import History, State, read_address
from forecast.scenarios.declarations import Range
from forecast.scenarios.scenario import BASELINE, Scenario, read_scenario

OWN = Scenario(name="更多 培训", steps=[
    {"region": "lishui", "mechanism": "care_workforce", "levers": {"trainees_per_year": 3}},
])  # fmt: skip
FULL = State(
    "lishui", "2022-12-31", "en", "3", "nursing_bed_share", 7, OWN,
    {("care_workforce", "leaving_rate"): Range(low=8, central=9, high=10), ("", "x"): -0.5},
    (2019, 2025), (OWN, read_scenario("pandemic_year")), "care_workforce.hires_per_year", 0.95,
    "tornado", run=(1000, 2, 2030),
)  # fmt: skip


@pytest.mark.parametrize(
    "state",
    [FULL, State("lishui", "2022-12-31"), replace(FULL, base=read_scenario("combined_push"))],
)
def test_an_address_holds_the_whole_state(state):
    """Written and read again a state is the same; the address is plain ASCII without blanks."""
    address = state.address()
    assert address.isascii() and " " not in address and "#" not in address
    again = read_address(f"#{address}")
    assert replace(again, base=BASELINE) == replace(state, base=BASELINE)
    assert list(again.base.all_steps()) == list(state.base.all_steps())
    assert again.base.name == state.base.name


def test_two_states_have_two_addresses():
    """Each field of a state is part of its address."""
    plain = State("lishui", "2022-12-31", indicator="x", lever="pace")
    changes = {
        "region": "zhejiang", "as_of": "2021-12-31", "language": "en", "tables": "1",
        "indicator": "y", "row": 3, "base": OWN, "values": {("", "x"): 1.0}, "years": (2019, 2022),
        "compared": (OWN,), "lever": "y", "wanted": 0.9, "question": "seek",
        "rows": f"{1:016x}", "reading": f"{2:016x}", "run": (500, 1, None),
    }  # fmt: skip
    assert set(changes) == set(State.__dataclass_fields__)
    addresses = {replace(plain, **{key: value}).address() for key, value in changes.items()}
    assert len(addresses | {plain.address()}) == len(changes) + 1


@pytest.mark.parametrize(
    "part",
    [
        "day=soon", "language=fr", "target=x:y", "set=pace:many", "set=pace:nan", "set=pace:1~2",
        "years=2020", "ask=guess:pace:0.8", "base=../../secret", "base={}", "beside=../mine",
        'beside={"name":"desk"}', 'beside={"name":"../x"}', "set=x:1&" * 20_000,
        "run=code", "run=1:0:", "run=1000000000:0:",
    ],
)  # fmt: skip
def test_a_bad_link_is_refused_with_the_part_that_is_wrong(part):
    """Nothing is guessed: what cannot be read is quoted."""
    with pytest.raises(ValueError, match="cannot be read") as caught:
        read_address(f"region=lishui&day=2022-12-31&{part}")
    assert part.split("=")[0] in str(caught.value)


def test_a_link_without_region_or_date_is_refused():
    """A part of a link is no link."""
    with pytest.raises(ValueError, match="in full"):
        read_address("region=lishui")


def test_changes_of_one_key_are_one_step():
    """A drag is one step to undo until it ends; what was undone is forgotten by a new change."""
    first = State("lishui", "2022-12-31")
    history = History((first,))
    for number in (1.0, 2.0):
        history = history.change(replace(first, values={("", "x"): number}), "x")
    assert history.moved(-1).current == first and history.moved(-2) is None
    history = history.end_step().change(replace(first, values={("", "x"): 3.0}), "x")
    assert [len(history.states), history.moved(1)] == [3, None]
    back = history.moved(-1)
    assert back.moved(1).current == history.current
    assert back.change(replace(first, language="en")).moved(1) is None


def test_the_last_state_of_a_region_is_found():
    """A region that was left is remembered as it was then."""
    here, there = (
        State("lishui", "2022-12-31", indicator="x", row=1),
        State("xiaoshan", "2022-12-31"),
    )
    history = History((here,)).change(replace(here, row=2)).change(there)
    assert history.last_in("lishui").row == 2
    assert history.last_in("zhejiang") is None
    assert [read_address(text) for text in history.addresses(40)] == list(history.states)
