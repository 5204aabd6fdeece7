"""A planner's spreadsheet: read, reviewed cell by cell, merged with the published figures.

For other packages:

- `figure_import`: read a file, correct it, apply it to a plan
"""

__all__ = ["figure_import"]
