"""A planner's spreadsheet: read, reviewed cell by cell, merged with the published figures.

For other packages:

- `read`: read a file beside a plan
- `FigureImport`: what was read, to be corrected, accepted, dropped and applied
"""

from .figure_import import OPEN, STATUSES, FigureImport, read
from .spreadsheet import MOST_BYTES

__all__ = ["MOST_BYTES", "OPEN", "STATUSES", "FigureImport", "read"]
