"""Evaluation: scores, baselines and backtests; issued forecasts, their revisions and outcomes.

For other packages:

- `backtesting`: `backtest`
- `scores`: proper scores, coverage, reliability
- `baselines`: naive forecasts, ETS and Theta
- `vintages`: issued forecasts
- `store`: the file that keeps them
- `revisions`: changes from one issue to the next, by cause
- `task_progress`: how far tasks and projects are
- `verdict_changes`: verdicts that changed from one issue to the next
- `verification`: issued forecasts scored
- `outcomes`: targets against their final figures
"""

__all__ = [
    "backtesting", "baselines", "outcomes", "revisions", "scores", "store",
    "task_progress", "verdict_changes", "verification", "vintages",
]  # fmt: skip
