"""What the documentation shows is what the package draws."""

import runpy
from pathlib import Path

from matplotlib.testing.compare import compare_images

SMALL_DIFFERENCE = 3.0
"""Root mean square of pixel values (0-255): what another version's hinting may change."""


def test_the_readme_picture_is_drawn_from_the_data(root: Path, tmp_path: Path) -> None:
    """The committed picture is the one that its script draws today."""
    drawn = tmp_path / "fan_chart.png"
    drawn.write_bytes(runpy.run_path(str(root / "docs/fan_chart.py"))["draw"]())
    fault = compare_images(root / "docs/fan_chart.png", drawn, SMALL_DIFFERENCE)
    assert fault is None, fault
    assert "docs/fan_chart.png" in (root / "README.md").read_text(encoding="utf-8")
