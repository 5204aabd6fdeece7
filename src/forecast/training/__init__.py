"""Training: priors learned from panels of many regions.

For other packages:

- `learning`: `learn_priors`
- `panels`: panels and what is held out of them
- `windows`: training windows
- `made`: series of made worlds
- `cases`: targets made up for windows, and the loss of a prior
- `parameters`: the numbers that are learned
"""

__all__ = ["cases", "learning", "made", "panels", "parameters", "windows"]
