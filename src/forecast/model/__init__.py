"""The growth model: from observations to predictive distributions, in closed form.

For other packages:

- `fitting`: `fit`, `quantiles`
- `arrays`: array types, records of arrays
- `panel`: tables to arrays
- `links`: link functions
- `paces`: candidate paces of each series
- `priors`: priors of the paces' weights and of the noise
- `posterior`: weights of the paces, learned from replays
- `pooling`: links of a kind pooled
- `predictive`: pooled Student-t distributions
- `quasi_random`: points on which answers over several years are counted
- `counts`: cumulative counts
- `summary`: tables of parameters and fits
- `simulation`: `simulate`
"""

__all__ = [
    "arrays",
    "counts",
    "fitting",
    "links",
    "paces",
    "panel",
    "pooling",
    "posterior",
    "predictive",
    "priors",
    "quasi_random",
    "simulation",
    "summary",
]
