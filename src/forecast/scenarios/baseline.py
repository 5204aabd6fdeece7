"""The baseline: a plan's series fitted and simulated as they would continue without a decision."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..callbacks import Progress, ProgressTracker
from ..errors import check_arguments
from ..model.fitting import Fits, fit
from ..model.priors import read_priors
from ..model.simulation import Paths, simulate
from ..tables.plan import Plan
from .linkage import bind_standards
from .project_list import move_by_projects

__all__ = ["fit_plan", "project"]


def fit_plan(plan: Plan, *, priors: pd.DataFrame | None = None) -> Fits:
    """Fit all series of a plan, those of other regions too.

    `priors` are as in `fit`; None takes those of the plan's folder, else those of the package.

    >>> import forecast as fc
    >>> fits = fit_plan(fc.load_plan("lishui", as_of="2022-12-31"))
    >>> {"lishui", "zhejiang"} <= set(fits.series["region"])
    True
    """
    priors = read_priors(plan.folder or None) if priors is None else priors
    return fit(pd.concat([plan.observations, plan.siblings]), plan.indicators, priors=priors)


def project(
    plan: Plan,
    *,
    until: Any = None,
    draws: int = 4000,
    seed: int = 0,
    priors: pd.DataFrame | None = None,
    fits: Fits | None = None,
    progress: Progress | None = None,
) -> Paths:
    """Simulate the baseline: the plan's own indicators without any change.

    Figures of other regions inform the fits; their series are not simulated. Standards keep the
    rules that link them (`linkage`) in each draw, and projects move the indicators that they name
    (`project_list.move_by_projects`).

    Parameters
    ----------
    plan : from `load_plan`
    until : last year; None takes the last target year
    draws, seed : as in `simulate`
    priors : as in `fit_plan`
    fits : from `fit_plan`, where the plan has been fitted already; `priors` are then not read
    progress : called with the share done, 0 to 1, before the fit and as in `simulate`; an exception
        that it raises ends the work

    Examples
    --------
    >>> import forecast as fc
    >>> paths = project(fc.load_plan("lishui", as_of="2022-12-31"), draws=100)
    >>> set(paths.fits.series["region"]), int(paths.years[-1])
    ({'lishui'}, 2025)
    """
    check_arguments(project, locals())
    tracker = ProgressTracker(progress, 3)
    tracker()
    fits = fit_plan(plan, priors=priors) if fits is None else fits
    own = fits.series["region"].isin(plan.observations["region"].unique())
    last = int(plan.targets["year"].max()) if until is None else until
    fits = fits.take(np.flatnonzero(own))
    drawn = simulate(fits, until=last, draws=draws, seed=seed, progress=tracker.part(2))
    return move_by_projects(bind_standards(drawn, plan), plan)
