"""Evaluation: scores, baselines and backtests, and issued forecasts with what became of them.

For other packages:

- `backtesting`: `backtest`
- `scores`: proper scores, coverage, reliability
- `baselines`: naive forecasts
- `vintages`: issued forecasts
- `store`: where they are kept
- `revisions`: what changed between two issues
- `verification`: issued forecasts scored
- `outcomes`: what became of targets
"""

__all__ = [
    "backtesting", "baselines", "outcomes", "revisions", "scores", "store", "verification",
    "vintages",
]  # fmt: skip
