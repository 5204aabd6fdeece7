"""Plan tables: schema, validation, files and databases, calendar, and a plan as known on a day.

For other packages:

- `plan`: `Plan`, `load_plan`
- `names`: names, units and numbers of a plan in the reader's language
- `schema`: columns, kinds and statuses
- `calendar`: years as numbers, closed years, deadlines
- `csv_files`: read and check a folder of tables
- `database`: the same tables in a database
- `validation`: checks of one table and of all together, by the rules in `row_rules`
- `versions`: versions of plans and the targets in force on a day
- `yaml_files`: YAML files with line numbers in errors
"""

__all__ = [
    "calendar",
    "csv_files",
    "database",
    "names",
    "plan",
    "row_rules",
    "schema",
    "validation",
    "versions",
    "yaml_files",
]
