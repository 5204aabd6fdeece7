"""The growth model: from observations to predictive distributions, in closed form.

For other packages:

- `fitting`: `fit`, `quantiles`
- `arrays`: array types, records of arrays
- `panel`: tables to arrays
- `links`: link functions
- `kalman`: the filter of level and slope
- `peers`: summaries of other regions
- `priors`: priors of trend and noise
- `posterior`: posterior of trend and noise
- `predictive`: pooled Student-t distributions
- `counts`: cumulative counts
- `summary`: tables of parameters and fits
- `simulation`: `simulate`
"""

__all__ = [
    "arrays",
    "counts",
    "fitting",
    "kalman",
    "links",
    "panel",
    "peers",
    "posterior",
    "predictive",
    "priors",
    "simulation",
    "summary",
]
