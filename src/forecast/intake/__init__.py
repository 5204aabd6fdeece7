"""A planner's spreadsheet: read, reviewed cell by cell, merged with the published figures.

For other packages:

- `read`: read a file beside a plan
- `FigureImport`: what was read, to be corrected, accepted, dropped and applied
- `figure_import`, `spreadsheet`: their modules; a file's largest size
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .figure_import import FigureImport, read

__all__ = ["FigureImport", "read"]


def __getattr__(name: str) -> Any:
    """Import what reviews when it is first used: a process that only reads needs none of it."""
    if name not in __all__:
        raise AttributeError(name)
    from . import figure_import

    return getattr(figure_import, name)
