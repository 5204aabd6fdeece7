"""What the tests of reports share."""

import pytest

from made_up import NEWTOWN, write_plan
from rendered import Notebook


@pytest.fixture(scope="session")
def made_up_final(tmp_path_factory):
    """Final evaluation of the made-up plan: four targets decided, one forecast, one silent."""
    folder = write_plan(tmp_path_factory.mktemp("plan"), region=NEWTOWN)
    given = {"region": NEWTOWN, "data": str(folder), "as_of": "2026-06-30"}
    return Notebook("final_evaluation", **given)
