"""Sections of the method check, rendered as HTML."""

__all__ = ["method_charts", "method_check"]
