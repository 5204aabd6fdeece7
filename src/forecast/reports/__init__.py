"""Reports: from a parameter file through a notebook to a page, a PDF and tables.

For other packages:

- `runner`: `run_report`
- `batch`: several reports at a time
- `parameters`: parameter files
- `manifest`: the record of a run
"""

__all__ = ["batch", "manifest", "parameters", "runner"]
