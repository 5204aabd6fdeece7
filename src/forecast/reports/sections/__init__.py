"""Sections of the reports: each function renders one piece of a page from a report's results.

A module a report, and `common` for what several of them show. Every name and text from the tables
is escaped.
"""

__all__ = [
    "common", "method_charts", "method_check",
    "scenario_rules", "scenario_targets", "scenarios",
]  # fmt: skip
