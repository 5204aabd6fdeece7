"""Short annual indicator series: growth paths, attainment of targets, simulation, reports."""

from .errors import DataError, ForecastError, StatisticalWarning, UnknownNameError
from .growth import Fits, fit, quantiles
from .plans import Plan, load_plan
__version__ = "0.1.0"
