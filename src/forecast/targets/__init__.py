"""Targets: events and their probabilities, progress, joint answers, indices, ranks, roll-up.

For other packages:

- `events`: comparators, thresholds, tolerance
- `target_state`: what published figures decide
- `event_probabilities`: probabilities of events
- `attainment`: `attainment`
- `reference_class`: what became of real plan targets
- `comparable_paces`: how often other regions kept the pace that a target needs
- `progress`: pace, required rate and schedule rule
- `joint_answers`: several targets together
- `composite_index`: `index`
- `index_coverage`: what indices rest on: components measured and missing, for any plan
- `proposals`: `propose_targets`: values that are reached with given chances
- `ranking`: `rank`
- `roll_up`: `roll_up`
- `reconciliation`: `reconcile`
"""

__all__ = [
    "attainment",
    "comparable_paces",
    "composite_index",
    "event_probabilities",
    "events",
    "index_coverage",
    "joint_answers",
    "progress",
    "proposals",
    "ranking",
    "reconciliation",
    "reference_class",
    "roll_up",
    "target_state",
]
