"""A plan of one's own: a workbook as its form, the tables made from it, and its folder.

For other packages:

- `folder`: make the folder of a plan, bring its tables up to date, list its parameter files
- `form`, `form_writing`, `form_reading`: the workbook: its sheets and columns, written and read
- `conversion`, `task_conversion`, `rows`, `own_tables`: the folder of tables that is made from it
- `collection`: forms of missing figures, sent out and collected
- `overview`, `changes`: which rows are own and shipped, peers, what mechanisms lack, what changed
"""

__all__ = [
    "changes",
    "collection",
    "conversion",
    "folder",
    "form",
    "form_reading",
    "form_writing",
    "overview",
    "own_tables",
]
