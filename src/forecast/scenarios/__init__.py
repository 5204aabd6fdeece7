"""Scenarios: decision variables, assumptions and mechanisms, and questions asked of them.

For other packages:

- `declarations`: levers, assumptions and constants of mechanisms
- `scenario`: scenario files
- `engine`: `project`, `apply_scenario`
- `comparison`: `compare`
- `response`: a target's response to settings
- `goal_seeking`: `goal_seek`, `required`
- `sensitivity_analysis`: `sensitivity`
- `failure_regions`: conditions under which a target fails
- `rule_check`: policy rules checked
- `project_list`: programmes of building projects
- `formulas`: formulas of policy rules
- `mechanisms`: how indicators arise
- `trajectory`: arrays of simulated futures
"""

__all__ = [
    "comparison",
    "declarations",
    "engine",
    "failure_regions",
    "formulas",
    "goal_seeking",
    "mechanisms",
    "project_list",
    "response",
    "rule_check",
    "scenario",
    "sensitivity_analysis",
    "trajectory",
]
