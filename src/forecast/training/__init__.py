"""Training: priors learned from a panel of many regions.

For other packages:

- `learning`: `learn_priors`
- `cases`: targets made up for windows, and the loss of a prior
- `windows`: training windows
- `parameters`: the parameter space
"""

__all__ = ["cases", "learning", "parameters", "windows"]
