"""The planner's desk: its session without widgets, its widgets, and the server of its page.

For other packages:

- `session`: state and answers
- `panel`: the desk in a notebook
- `server`: the desk as a page
"""

__all__ = ["panel", "server", "session"]
