"""Reports: from a parameter file through a notebook to a page, a PDF and tables.

For other packages:

- `runner`: `run_report`
- `batch`: several reports at a time
- `parameters`: parameter files
- `manifest`: the record of a run
"""

import sys

# jsonschema, which nbformat needs, compiles a grammar of international addresses at its import if
# it finds it. That takes two seconds of each process, and no notebook has such an address.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

__all__ = ["batch", "manifest", "parameters", "runner"]
