"""The planner's desk: settings and their effect on one region's targets, as widgets and as a page.

For other packages:

- `session`: a desk without widgets
- `export`: its exports
- `panel`: the desk in a notebook
- `server`: the desk as a page
"""

from .. import reports as reports  # before the libraries of Jupyter, which it makes lighter

__all__ = ["export", "panel", "server", "session"]
