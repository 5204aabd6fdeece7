"""Training: priors learned from a panel of many regions.

For other packages:

- `learning`: `learn_priors`
- `windows`: training windows
- `parameters`: the parameter space
"""

__all__ = ["learning", "parameters", "windows"]
