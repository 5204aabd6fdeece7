"""Syntax trees of the package's modules, parsed when a test first needs them."""

import ast
from functools import cache
from pathlib import Path

import forecast

PACKAGE = Path(forecast.__file__).parent


@cache
def list_nodes() -> dict[str, list[ast.AST]]:
    """All nodes of the trees of `parse_modules`."""
    return {module: list(ast.walk(tree)) for module, tree in parse_modules().items()}


@cache
def parse_modules() -> dict[str, ast.Module]:
    """Parse all modules; the keys are their paths within the package."""
    return {
        str(file.relative_to(PACKAGE)): ast.parse(file.read_text(encoding="utf-8"))
        for file in PACKAGE.rglob("*.py")
    }
