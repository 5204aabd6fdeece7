"""Targets: events and their probabilities, progress, joint answers, composite indices and ranks.

For other packages:

- `attainment`: `attainment`
- `progress`: pace, required rate and schedule rule
- `joint_answers`: several targets together
- `composite_index`: `index`, `rank`, `roll_up`
"""

__all__ = ["attainment", "composite_index", "joint_answers", "progress"]
