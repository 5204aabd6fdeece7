"""Scenarios: levers, assumptions and mechanisms, applied to simulated futures of a plan.

- `declarations`, `mechanisms`, `formulas`: what moves an indicator: declared, computed, linked
- `scenario`, `verbs`, `scenario_check`: scenario files, read and checked
- `dating`, `overrides`: years counted from the plan's; own files merged over shipped ones
- `assumptions`: draws of uncertain parameters
- `baseline`, `engine`, `comparison`: the baseline, runs of scenarios, scenarios side by side
- `stepwise`: a plan decided year by year
- `trajectory`, `series_state`: arrays of simulated series and the steps applied to them
- `criterion`, `response`: a target on draws, and its response to settings
- `goal_seeking`, `lever_search`: the least settings with which a target is likely enough
- `lever_mix`: the cheapest settings for most targets of a plan within a budget
- `lever_mix`: the cheapest settings for most targets of a plan within a budget
- `sensitivity_analysis`, `tornado`, `sobol`, `failure_regions`: what matters for a target
- `linkage`: draws bound by the rules that link standards
- `rule_check`, `project_list`: policy rules, programmes of building projects
"""

__all__ = [
    "assumptions", "baseline", "comparison", "criterion", "dating", "declarations", "engine",
    "failure_regions", "formulas", "goal_seeking", "lever_mix", "lever_search", "mechanisms",
    "overrides", "project_list", "response", "rule_check", "scenario", "scenario_check",
    "sensitivity_analysis", "series_state", "sobol", "stepwise", "tornado", "trajectory", "verbs",
]  # fmt: skip
