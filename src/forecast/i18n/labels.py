"""Labels of codes: what a status, kind, column or name of the tables is called.

English by group and code, packed by hand with several short labels to a line; the translations are
in the catalogues, with the group as context.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from ..errors import check_name
from .catalog import pgettext

__all__ = ["LABELS", "extract", "label_of"]

# fmt: off
LABELS: dict[str, dict[str, str]] = {
    "status": {
        "met": "met", "missed": "missed", "reached": "reached so far", "likely": "likely",
        "uncertain": "uncertain", "unlikely": "unlikely", "not_published": "year passed, no figure",
        "no_data": "no figure yet",
    },
    "schedule": {
        "reached": "reached", "on_schedule": "on schedule", "behind": "behind",
        "one_figure": "one figure only", "no_data": "no figure", "closed": "year passed",
    },
    "evidence": {
        "none": "none", "prior only": "prior only", "weak": "weak", "moderate": "moderate",
        "strong": "strong",
    },
    "evidence_meaning": {
        "none": "no figure was ever published, so nothing is forecast",
        "prior only": "one figure; the pace ahead comes wholly from the prior and from other "
            "regions",
        "weak": "less than a third of the pace comes from the region's own figures",
        "moderate": "a third to two thirds of the pace come from the region's own figures",
        "strong": "over two thirds of the pace come from the region's own figures",
    },
    "outcome": {
        "met": "met", "missed": "missed", "not_published": "no figure found",
        "ahead": "year to come",
    },
    "timing": {
        "from_start": "before the plan's five years ({year})",
        "early": "{year}, years early: {years}", "on_time": "{year}, on time",
        "late": "{year}, years late: {years}", "lost": "met in {year}, not kept to the target year",
        "never": "never met",
    },
    "said": {"yes": "yes", "no": "no", "silent": "silent"},
    "made": {"issued": "issued", "replayed": "replayed"},
    "column": {
        # keys, targets and figures
        "region": "Region", "area": "Area", "indicator": "Indicator id", "name": "Indicator",
        "unit": "Unit", "scenario": "Scenario", "year": "Year", "value": "Value",
        "target": "Target", "comparator": "Comparator", "role": "Role", "force": "Force",
        "latest": "Latest", "latest_year": "Latest year", "planned": "Plan that year",
        "median": "Median", "mean": "Mean", "p_reach": "Chance", "mc_error": "Simulation error",
        "required_rate": "Needed a year", "pace": "Pace a year", "schedule_status": "Schedule",
        "status": "Verdict", "evidence": "Evidence", "attainment_year": "Reached in",
        "published": "Published", "as_of": "Date of figure", "data_status": "State of figure",
        "source": "Source", "title_zh": "Original title", "issuer": "Issuer", "issued": "Issued",
        "locus": "Place in source", "note": "Note", "total": "Total", "count": "Count",
        "meaning": "Meaning", "parameter": "Parameter",
        # method check
        "method": "Method", "split": "Checked on", "setting": "What is known",
        "forecasts": "Forecasts", "targets": "Targets", "error": "Error of the median",
        "crps": "CRPS", "cover80": "80 % interval covers", "cover90": "90 % interval covers",
        "brier": "Brier score", "ece": "Mean deviation of chances",
        "worst_bin": "Worst above a half", "figures": "Figures", "paths": "Growth paths",
        "estimated_pace": "Estimated pace", "remarks": "Remarks", "text": "What it says",
        # scenarios compared
        "settings": "Set for this region", "changed_by": "Depends on", "raised": "Chance rises",
        "lowered": "Chance falls", "best_change": "Largest rise", "worst_change": "Largest fall",
        "median_change": "Change of the median", "p_change": "Change of the chance",
        "p_change_error": "Error of the change", "counted": "Targets counted",
        "expected": "Expected to be reached", "expected_low": "Expected, low",
        "expected_high": "Expected, high", "p_all": "All reached", "p_all_low": "All, lower bound",
        "p_all_high": "All, upper bound", "binding": "Binding targets",
        "p_binding": "All binding reached", "p_binding_low": "Binding, lower bound",
        "p_binding_high": "Binding, upper bound", "costliest": "Most in the way",
        "lost": "Chance lost by it", "mechanism": "Mechanism",
        # goal seek
        "lever": "Lever", "needed_median": "Needed for an even chance", "needed": "Needed",
        "reading": "Answer", "cost": "Cost (10,000 yuan)", "cost_low": "Cost, low",
        "cost_high": "Cost, high", "pace_share": "Share of paces as high",
        "extra_pace": "Extra pace a year", "pace_standing": "Was such a pace seen",
        "levers": "Levers a year, and their cost in all",
        # sensitivity
        "input": "Input", "input_kind": "Sort", "low": "Low", "central": "Most likely",
        "high": "High", "p_low": "Chance at low", "p_high": "Chance at high",
        "p_base": "Chance as it is", "swing": "Swing", "first_order": "Variance, alone",
        "total_order": "Variance, in all",
        # rules and projects
        "rule": "Rule", "quantity": "Quantity id", "formula": "Formula", "rule_path": "Path",
        "requirement": "Rule asks for", "satisfied": "Target keeps the rule",
        "p_target": "Chance that the target does", "p_forecast": "Chance that the forecast does",
        "lacking": "Lacking", "planned_projects": "Projects planned",
        "completed_q05": "Completed, low", "completed_q50": "Completed, middle",
        "completed_q95": "Completed, high", "planned_spending": "Planned spending (10,000 yuan)",
        "spending_q05": "Spending, low", "spending_q50": "Spending, middle",
        "spending_q95": "Spending, high",
        # composite indices and ranks
        "index": "Index id", "components": "Components with figures", "of": "Components in all",
        "missing": "Components without figures", "rank": "Rank", "rank_low": "Rank, best",
        "rank_high": "Rank, worst", "p_first": "Chance of first",
        "p_top": "Chance of the first three", "tie_group": "Tie group", "regions": "Regions ranked",
        "sum_up": "Taken together",
        # levers, assumptions, requirements
        "declared": "Sort", "id": "Id", "basis": "Basis", "upper": "Limit",
        "range": "Range (lowest, most likely, highest)", "unit_cost": "Cost of a unit",
        "forecast": "Forecast", "why": "How the two relate",
        "final_forecast": "Forecast for that year", "rests_on": "Rests on",
        "needed_now": "Needed a year from now on",
        "fastest_pace": "Fastest yearly pace of any region",
        "ever_seen": "Was such a pace ever seen", "fact": "Item",
        "limit_or_range": "Limit, or range",
        # tasks
        "due": "Deadline", "state": "Passed or ahead", "list_of": "List", "name_zh": "Entry",
        "requirement_zh": "What is asked for", "last_step": "Latest step a year",
        # mid-term evaluation
        "reason": "How they relate", "paces_seen": "Paces to compare with",
        "paces_as_high": "Of them as fast", "baseline": "Baseline",
        "baseline_year": "Year of the baseline", "gone": "Way gone (%)",
        "now": "Year of the estimate", "due_then": "Due at the latest figure (%)",
        "due_share": "Due by schedule (%)", "way_low": "Estimate, low (%)",
        "way_middle": "Estimate, middle (%)", "way_high": "Estimate, high (%)", "event": "Event",
        "p_ever": "Chance of ever", "p_maintain": "Chance of keeping it",
        "p_path": "Chance of all so far", "required_compound": "Compound rate needed",
        "ratio": "Ratio of rates", "ratio_class": "Class of the ratio",
        "attainment_early": "Reached in, early", "attainment_late": "Reached in, late",
        "attainment_reading": "Reading of the year",
        # final evaluation
        "final": "Final target", "outcome": "Outcome", "figure": "Final figure",
        "figure_year": "Year of the figure", "beyond": "Beyond the target",
        "beyond_share": "Beyond, of the way (%)", "first_met": "First met in",
        "timing": "When first met", "p_now": "Chance (forecast)", "median_now": "Median (forecast)",
        "so_far": "Way gone by the latest figure",
        # issued forecasts
        "origin": "Known by", "lead": "Years ahead", "made": "How made",
        "schedule_said": "Schedule rule said", "forecast_said": "Forecast said",
        "brier_base": "Brier score of the share met", "break": "Definition changed",
        # quantiles, fits and their parameters
        "q05": "5 % quantile", "q10": "10 % quantile", "q25": "25 % quantile",
        "q50": "50 % quantile", "q75": "75 % quantile", "q90": "90 % quantile",
        "q95": "95 % quantile", "kind": "Kind", "siblings": "Other regions with figures",
        "own_share": "Weight of its own figures", "weight_identity": "Weight, linear",
        "weight_log": "Weight, exponential", "weight_logit": "Weight, logistic",
        "weight_cloglog": "Weight, Gompertz", "warnings": "Remarks", "link": "Growth path",
        "weight": "Weight", "estimate": "Estimate", "sd": "Standard deviation",
        "measured_in": "Measured in", "prior_share": "Weight of the prior",
        # scores
        "actual": "Published", "scale": "Usual change in a year",
        "pit_below": "Chance of less than published", "pit": "Chance of no more than published",
        "wis": "Weighted interval score", "crps_error": "Error of the CRPS",
        "cover50": "50 % interval covers", "cover50_error": "Error, 50 % interval",
        "cover80_error": "Error, 80 % interval", "cover90_error": "Error, 90 % interval",
        "brier_error": "Error of the Brier score", "log": "Log score",
        "factor": "Target, in recent paces", "reached": "Reached", "draws": "How drawn",
        "regions_drawn": "Regions together", "inside": "Inside the interval",
        "energy": "Energy score", "said": "Chance said", "came_true": "Share that came true",
        "came_true_error": "Error of that share", "share": "Share", "peer": "Compared with",
        "crps_gap": "CRPS less that of this method", "crps_gap_error": "Error of that difference",
        "unfitted": "Why there is no forecast",
    },
    "parameter": {
        "region": "Region", "data": "Folder of tables", "as_of": "As of", "until": "Forecast until",
        "draws": "Draws", "seed": "Seed", "language": "Language", "folder": "Tables written to",
        "scenarios": "Scenarios", "indicator": "Indicator looked into",
        "probability": "Chance aimed at",
    },
    "scenario": {
        "baseline": "baseline", "burial_sites_in_every_township": "burial sites in every township",
        "care_worker_training": "more care workers trained",
        "care_workers_stay": "care workers stay", "combined_push": "levers together",
        "consumption_slows": "consumption grows more slowly",
        "follow_the_best_region": "pace of the best region",
        "nursing_bed_conversion": "beds become nursing beds", "pandemic_year": "a year of shock",
        "plan_at_80_percent": "plan carried out to 80\u00a0%",
        "projects_slip_a_year": "projects a year later",
    },
    "changed_by": {
        "": "nothing", "lever": "lever", "assumption": "assumption",
        "assumption, lever": "assumption and lever",
    },
    "declared": {"lever": "lever", "assumption": "assumption"},
    "input_kind": {
        "lever": "lever", "assumption": "assumption", "input": "related indicator",
        "own": "the indicator itself",
    },
    "input": {
        "own_growth": "the indicator's own course", "own_change": "the change to the next figure",
        "project_luck": "the projects' luck", "pace": "extra pace a year",
        "hires_closed_form": "joining a year, at central beliefs",
    },
    "reading": {
        "reached_already": "enough without it", "reached": "within reach",
        "beyond_limits": "not enough at its limit", "beyond_budget": "beyond the budget",
        "no_effect": "no effect",
    },
    "pace_reading": {
        "reached_already": "no faster than now", "reached": "within reach",
        "beyond_limits": "not enough at three times the fastest pace ever seen",
        "no_effect": "no effect",
    },
    "rule_path": {"low": "low path", "central": "central path", "high": "high path"},
    "roll_up": {
        "sum": "added up", "mean": "on average", "lowest": "the lowest", "highest": "the highest",
    },
    "quantity": {
        "rho": "linkage share", "marginal_family_income_line": "income line of marginal families",
        "low_income_farmer_line": "line of low-income farmers",
        "elderly_institution_plans": "plans for elderly institutions",
        "prefecture_cities": "number of cities", "counties": "number of counties",
        "counties_over_500k_people": "number of counties over 500,000 people",
        "migrant_income_per_capita": "income per migrant",
        "migrant_living_level": "living level of migrants",
        "rural_living_level": "rural living level", "communities": "number of communities",
        "community_secretaries_recruited_in_3_years": "community secretaries recruited in three "
            "years",
        "township_population": "township population",
        "civil_affairs_staff_norm": "civil-affairs staff norm",
    },
    "method": {
        "forecast": "this method", "no_change": "no change", "schedule_rule": "schedule rule",
        "required_rate": "required rate", "linear_trend": "linear trend", "drift": "drift",
        "ets": "ETS", "theta": "Theta",
    },
    "method_meaning": {
        "no_change": "the latest figure stays",
        "schedule_rule": "reached if the latest figure is on the straight line from baseline to "
            "target",
        "required_rate": "reached if the compound rate so far is at least 95 % of the rate needed",
        "linear_trend": "least squares on time", "drift": "the mean yearly change so far goes on",
        "ets": "exponential smoothing without a trend, with one or with one that fades, whichever "
            "has the lowest corrected AIC",
        "theta": "half of the straight line through the figures, half of their smoothed level",
    },
    "unfitted": {"few": "too few figures", "failed": "could not be fitted"},
    "split": {"regions": "other regions", "later": "later years", "indicators": "other indicators"},
    "split_meaning": {
        "regions": "priors are learned from one half of the regions and checked on the other",
        "later": "likewise, and all years learned from lie before those checked",
        "indicators": "priors are learned from some indicators and checked on those never seen",
    },
    "setting": {"siblings": "with others", "alone": "alone"},
    "setting_meaning": {
        "siblings": "what the same indicator showed in other regions by then is known too",
        "alone": "nothing but the series' own figures is known",
    },
    "link": {
        "identity": "linear", "log": "exponential", "logit": "logistic", "cloglog": "Gompertz",
        "increments": "yearly increments",
    },
    "warning": {
        "one_figure": "one figure only", "no_siblings": "no other region has figures",
        "at_bound": "latest figure at a bound", "all_equal": "all figures equal",
        "gap": "over four years between figures", "break": "definition changed",
        "conflicting": "figures of one year disagree", "old": "latest figure is old",
        "by_parts": "moves by numerator and denominator",
    },
    "comparator": {"ge": "≥", "gt": ">", "eq": "as printed", "le": "≤", "lt": "<"},
    "role": {"annual": "annual", "midterm": "midterm", "final": "final"},
    "force": {"binding": "binding", "expected": "expected"},
    "data_status": {"actual": "actual", "preliminary": "preliminary", "estimated": "estimated"},
    "figure_text": {
        "understood": "{region}, {indicator}, {year}: {type} {value}",
        "understood_compared": "{region}, {indicator}, {year}: {type} {comparator} {value}",
        "missing": "no figure: '{mark}' marks missing, not 0",
        "empty": "no figure: an empty cell is missing, not 0", "noted": "{text} ({notes}).",
        "plain": "{text}.", "remedy": "{text}. Remedy: {remedy}.", "and": "; ",
        "line": "row {row}, column {column}, '{printed}': {text}",
        "place": "{file}, row {row}, column {column}: {text}", "file": "{file}: {text}",
        "summary": "{file}: {count} cells: {counts}.", "count": "{status} {number}",
        "none": "{file}: no figures.", "damaged": "damaged, or protected by a password",
        "sheet_no_table": "Sheets not read, because no table is recognised there: {names}.",
        "sheet_hidden": "Hidden sheets, not read: {names}.",
    },
    "figure_status": {
        "understood": "understood", "doubtful": "doubtful", "problem": "problem",
        "missing": "missing", "unread": "not read",
    },
    "figure_type": {"actual": "actual", "target": "target"},
    "figure_comparator": {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"},
    "reason": {
        "both_good": "both agree: on the line, and likely",
        "both_bad": "both agree: behind; pace {pace} a year, needed {needed}",
        "one_figure": "one figure only, of {year}: the schedule rule has nothing to compare; the "
            "forecast rests on other regions and the prior, and has its median at {median}",
        "pace_short": "on the line, but the pace of {pace} a year falls short of the {needed} "
            "still needed",
        "slowing": "on the line, but slowing: latest step {step} a year after {pace}; needed "
            "{needed}",
        "wide": "on the line and fast enough ({pace} a year, needed {needed}), and the median of "
            "{median} meets the target; but with {figures} figures the range is wide, hence "
            "{chance}",
        "others_slower": "on the line and fast enough ({pace} a year), but other regions and the "
            "prior are slower: the median of {median} misses the target",
        "behind_fast": "behind, but fast: {pace} a year where {needed} is needed",
        "behind_others": "behind, and {pace} a year is less than the {needed} needed; the forecast "
            "is good because other regions and the prior are faster",
        "may_fall": "met by the latest figure, but the chance of keeping it to the target year is "
            "{chance}",
        "closed": "the target's year has passed",
    },
    "ever_seen": {
        "none": "no pace to compare with",
        "never": "none of {seen} paces was as fast: review the target, or find another lever",
        "few_never": "only {seen} to compare with, none as fast",
        "seen": "{high} of {seen} paces were as fast",
        "few_seen": "only {seen} to compare with, {high} of them as fast",
    },
    "kind": {
        "share": "share of a whole, bounded", "ratio": "ratio", "amount": "amount of money",
        "count": "programme count that only grows", "stock": "stock that can fall",
    },
    "better": {"higher": "higher is better", "lower": "lower is better"},
    "fact": {
        "definition": "Definition", "unit": "Unit", "area": "Area", "kind": "Kind",
        "better": "Direction", "bounds": "Lower and upper bound", "resolution": "Reporting step",
        "parts": "Numerator and denominator", "related": "Near indicators, defined otherwise",
    },
    "state": {
        "passed": "deadline passed", "ahead": "deadline ahead", "undated": "no deadline printed",
        "no_day": "no as-of date set",
    },
    "list": {"reform": "reform", "policy": "policy", "project": "project", "work": "work"},
    "cause": {
        "method": "method", "revised": "revised figures", "new": "new figures",
        "targets": "targets or definitions", "assumptions": "priors",
    },
    "sheet": {
        "attainment": "Targets", "quantiles": "Forecasts", "observations": "Published figures",
        "sources": "Sources", "compare": "Scenarios compared", "joint": "Taken together",
        "required": "What it takes", "tornado": "What matters", "rules": "Rules",
        "index": "Indices", "rank": "Ranks", "projects": "Projects",
        "assumptions": "Levers and assumptions", "evaluation": "Evaluation", "way": "Way gone",
        "tasks": "Tasks and policies", "stages": "Stages", "outcomes": "Outcomes",
        "scored": "Forecasts scored", "scores": "Scores", "verdicts": "Verdicts", "fits": "Fits",
        "parameters": "Fitted parameters", "trial_scores": "Scores of the trial",
        "trial_scores_by_figures": "Scores by number of figures",
        "trial_forecasts": "Forecasts of the trial", "trial_chances": "Chances of the trial",
        "trial_joint": "Trial, taken together", "trial_reliability": "Trial, reliability",
        "trial_pit": "Trial, where figures fell", "trial_peers": "Trial, standard methods",
        "trial_peer_forecasts": "Forecasts of standard methods",
    },
    "lead": {"all": "all"},
    "draws": {"shared": "as simulated", "independent": "shuffled"},
    "estimate": {
        "pace": "pace a year", "link_pace": "pace a year, transformed", "noise": "yearly surprise",
        "cap": "upper end", "turning_year": "year when fastest",
    },
    "measured_in": {
        "unit": "unit of the indicator", "unit a year": "unit of the indicator a year",
        "log": "log", "log a year": "log a year", "logit": "logit", "logit a year": "logit a year",
        "cloglog": "complementary log-log", "cloglog a year": "complementary log-log a year",
        "year": "year",
    },
    "desk": {
        "assumptions": "What can only be believed: assumptions. Not set, they are drawn from the "
            "range shown.",
        "levers": "What can be decided: levers. A year, on top of the present course; 0 is as now.",
    },
    "app": {
        "ask": "Token", "enter": "Enter", "opening": "Opening …",
        "refused": "This is not the token.",
    },
    "force_targets": {
        "binding": "Binding targets", "expected": "Expected targets",
        "none": "All targets (the documents do not say binding or expected)",
        "other": "Targets without a printed force",
    },
    "limit": {
        "promise": "A probability is no promise. Of five targets at 80 %, about one is not "
            "reached: that is what it says.",
        "average": "Reliable means on average. That of many targets at 70 % some seven in ten are "
            "reached does not make the figure right for each of them.",
        "plan": "A forecast carries the past on and knows no plan. Targets, projects, funds and "
            "policies are not used as data: a plan that is carried out does better, one that "
            "fails does worse.",
        "scenario": "A scenario says what would follow from an assumption; it is no forecast. Its "
            "probabilities hold if the assumption does, and are not to be mixed with forecasts.",
        "prior": "A probability with prior only tells how indicators of its kind usually go, not "
            "how this region goes: a starting point for talk.",
        "kinds": "Reliability was measured on other indicators. An indicator that is new, newly "
            "defined or set by a single decision may behave otherwise.",
        "shocks": "Shocks larger than any seen (boundary reforms, epidemics, turns of policy) lie "
            "outside the distribution; what hits all regions in a year counts only as large as it "
            "has been.",
        "reported": "The event is that the reported value meets the target, not that the true "
            "state does: rounding, definitions and revisions are part of it.",
        "goodhart": "Once a probability serves to judge people, the figures it rests on will "
            "change. Figures reported to meet a target are not recognised here.",
    },
    "trial": {
        "better": "this method is better",
        "undecided": "less than two standard errors, so neither is shown to be better",
        "worse": "this method is worse",
    },
    "verb": {
        "ramp_to": "{names}: go evenly to {value}", "hold": "{names}: stand still",
        "shift": "{names}: changed by {value}", "scale_pace": "{names}: pace times {value}",
        "add_pace": "{names}: {value} more a year", "delay": "{names}: {value} years later",
        "shock": "{names}: a shock of {value}, made good over {recovery} years",
        "follow_best": "{names}: move at the pace of the region that moves best",
        "execute_plan": "{names}: go {value} times the way that the plan draws",
    },
    "final": {"met": "Met: {names}.", "missed": "Missed: {names}."},
    "indicators": {
        "all": "all indicators with figures", "planned": "all indicators with a target and figures",
    },
}
# fmt: on


def label_of(group: str, key: str, language: str) -> str:
    """Name of a code of a group (`status`, `schedule`, `evidence`, `column` ...) in a language.

    >>> label_of("status", "not_published", "zh"), label_of("evidence", "prior only", "en")
    ('到期未公布', 'prior only')
    """
    check_name("group of labels", group, list(LABELS))
    check_name(group, key, list(LABELS[group]))
    return pgettext(group, LABELS[group][key], language)


def extract(
    file: IO[bytes],
    keywords: object,  # noqa: ARG001
    comment_tags: object,  # noqa: ARG001
    options: object,  # noqa: ARG001
) -> Iterator[tuple[int, str, tuple[str, str], list[str]]]:
    """Give the labels to Babel: line, function, context and message, comments."""
    lines = file.read().decode().splitlines()
    for group, labels in LABELS.items():
        start = next(i for i, line in enumerate(lines, 1) if line.startswith(f'    "{group}": {{'))
        for text in labels.values():
            yield start, "pgettext", (group, text), []
