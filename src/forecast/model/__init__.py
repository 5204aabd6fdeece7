"""The growth model: from figures to predictive distributions, in closed form over whole batches.

For other packages:

- `fitting`: `fit`, `quantiles`
- `panel`: tables to arrays
- `links`: scales of growth
- `kalman`: the filter
- `peers`: what other regions show
- `priors`: priors of trend and noise
- `posterior`: posterior of trend and noise
- `predictive`: mixtures of Student-t distributions
- `counts`: cumulative counts
- `summary`: parameters and summaries of fits
- `simulation`: `simulate`
"""

__all__ = [
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
