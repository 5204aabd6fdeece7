"""Panels: quantiles and attainment of millions of series from a Parquet dataset, resumable.

For other packages:

- `runner`: `run_panel`
- `settings`: what a run computes, and what it reports
"""

__all__ = ["runner", "settings"]
