"""Charts: every figure of the reports and the desk, drawn with matplotlib and seaborn.

For other packages:

- `style`: fonts, colours, `to_png`
- `fan`: histories and forecasts of indicators
- `dashboard`: a plan on one page, small multiples
- `evaluation`: progress, outcomes, years of attainment, regions compared
- `scenarios`: scenario fans, changes of chances, tornado, cost curve
- `rankings`: composite indices, ranks of regions
- `projects`: building projects
- `calibration`: reliability, PIT histogram, coverage
"""

__all__ = [
    "calibration", "dashboard", "evaluation", "fan", "projects", "rankings", "scenarios", "style"
]  # fmt: skip
