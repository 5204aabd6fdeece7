"""Plan tables: their schema, validation, files and databases, and a plan as known on a day.

For other packages:

- `plan`: `Plan`, `load_plan`
- `names`: `Names`, names and numbers of a plan in a language
- `schema`: columns, kinds and statuses
- `validation`: read and check a folder of tables
- `database`: the same tables in a database
- `yaml_files`: YAML files with line numbers in errors
"""

__all__ = ["database", "names", "plan", "schema", "validation", "yaml_files"]
