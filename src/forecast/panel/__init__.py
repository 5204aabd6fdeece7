"""Panels: quantiles and attainment of millions of series from a Parquet dataset, resumable.

Other packages use `runner` (run a panel), `settings` (what is computed).
"""
