"""What the tests of the desk share."""

from collections.abc import Iterator

import pytest

from forecast.files import shipped_folder
from forecast.scenarios.declarations import read_mechanisms
from small_plan import write_shipped


@pytest.fixture(scope="module")
def acting_tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Use the shipped data of what a mechanism moves or reads: all take twice as long."""
    names = {
        name for mechanism in read_mechanisms().values()
        for name in (mechanism.indicator, *mechanism.inputs.values()) if name
    }  # fmt: skip
    place = tmp_path_factory.mktemp("acting")
    (place / "data").mkdir()
    (place / "params").symlink_to(shipped_folder("params"))
    folder = write_shipped(place / "data", names, empty=())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("forecast.tables.plan.shipped_folder", lambda _: folder)
        yield
