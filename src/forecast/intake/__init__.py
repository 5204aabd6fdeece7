"""A planner's spreadsheet: read, reviewed cell by cell, merged with the published figures.

For other packages:

- `figure_import`: read a file beside a plan; what was read, to be corrected, accepted, dropped and
  applied
- `spreadsheet`: its largest size
"""

# A process that reads a workbook apart imports this package, without what reviews it.
__all__ = ["figure_import", "spreadsheet"]
