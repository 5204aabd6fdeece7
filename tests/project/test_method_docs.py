"""docs/method.md: the tests it names exist, its constants are the code's."""

import ast
import re

import pytest

from forecast.model import counts, paces, panel, pooling, posterior, predictive, priors, simulation
from forecast.targets import event_probabilities
from pages import ROOT, read

DOCS = ["method.md", "method.zh.md"]


@pytest.mark.parametrize("doc", DOCS)
def test_the_documents_name_tests_that_exist(doc):
    """Each trap is proved by a test that can be run by the name given."""
    named = re.findall(r"`(test_\w+)::(test_\w+)`", read(doc))
    assert len(named) > 20
    known = {
        (file.stem, node.name)
        for file in (ROOT / "tests").rglob("test_*.py")
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    assert [f"{file}::{name}" for file, name in named if (file, name) not in known] == []


@pytest.mark.parametrize("doc", DOCS)
def test_the_documents_have_the_constants_of_the_code(doc):
    """A constant that is changed in a module must be changed where it is explained."""
    text = read(doc)
    memory = paces.MEMORY
    said = [f"{factor:g}" for factor in pooling.CAP_FACTORS]
    said += [f"φ = {phi:g}" for phi in (priors.DAMPED, priors.LASTING)]
    said += [f"{priors.FADING['own_recent']:g}", *(f"{kept:g}" for kept in memory.values())]
    said += [
        f"Gamma({counts.PACE_SHAPE:g} + {counts.YEAR_SHAPE:g} E, rate = β + X)",
        f"E = Σ_j {counts.DISCOUNT:g}^age_j d_j",
        f"{counts.PACE_PRIOR:g}",
        f"{simulation.COUNT_SHARED:g}",
        f"{predictive.POINTS}",
        f"{event_probabilities.LOOK_AHEAD}",
    ]
    assert [words for words in said if words not in text] == []
    # Numbers that the text spells out.
    assert (posterior.ORIGINS, posterior.REPLAYED, paces.JUMP, paces.LAG) == (8, (1, 3), 6.0, 6)
    assert paces.LONGEST_GAP == 4.0 and abs(paces.ONSET - 1.6) < 1e-12
    assert panel.DOUBT == {"preliminary": 0.25, "estimated": 1.0}
    assert (pooling.ONSET_PACE, pooling.ONSET_SD, pooling.ONSET_VALUES) == (0.75, 0.5, 3.0)
