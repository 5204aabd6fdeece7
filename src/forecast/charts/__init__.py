"""Charts: every figure of the reports and the desk, drawn with matplotlib and seaborn.

For other packages:

- `fan`: histories and forecasts
- `calibration`: reliability
- `evaluation`: overview and progress
- `scenarios`: scenarios, levers, ranks
"""

__all__ = ["calibration", "evaluation", "fan", "scenarios"]
