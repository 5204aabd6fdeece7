"""How long the reports of all regions take together, beside the slowest of them alone. Linux only.

    python benchmarks/batch.py

Prints the wall-clock and processor seconds of each region's monitoring report alone, of all of
them in one batch, where the time of one goes, and what a batch costs in which nothing has changed.
Processor seconds are those of every process that is started, kernels and the fork server included.
On a machine that is doing other work only they can be compared.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PARAMS = Path(__file__).parents[1] / "params"
REGIONS = ("zhejiang", "lishui", "xiaoshan", "shaoxing")
RUN = ("-m", "forecast.cli", "run")
STARTS = {
    "the interpreter": "pass",
    "the package": "import forecast",
    "a kernel's libraries": "from forecast.reports import context, exports, monitoring",
    "all that a report's process needs": "import forecast.reports.preload",
    "papermill as it is": "import papermill",
}
PR_SET_CHILD_SUBREAPER = 36
"""Of prctl(2): processes whose parent has ended become children of this one."""


def measure(*arguments: str) -> tuple[float, float]:
    """Wall-clock and processor seconds of Python with some arguments, and of its descendants."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def show(what: str, seconds: tuple[float, float]) -> None:
    """Print a line of the result."""
    print(f"{what:<44}{seconds[0]:>8.2f} s{seconds[1]:>8.2f} processor s", flush=True)


def main() -> None:
    """Measure and print."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    for what, code in STARTS.items():
        show(f"start of {what}", measure("-c", code))
    with tempfile.TemporaryDirectory() as folder:
        every = [str(PARAMS / f"{region}.yaml") for region in REGIONS]
        options = ("--output", folder)
        alone = {}
        for region, file in zip(REGIONS, every, strict=True):
            alone[region] = measure(*RUN, file, *options)
            show(f"{region} alone", alone[region])
            record = json.loads(Path(folder, region, "manifest.json").read_text(encoding="utf-8"))
            steps = ", ".join(f"{step} {s:.2f} s" for step, s in record["seconds"].items())
            print(f"  of which {steps}")
        together = measure(*RUN, *every, *options, "--force")
        show("all together", together)
        slowest = max(wall for wall, _ in alone.values())
        print(f"together / slowest alone: {together[0] / slowest:.2f}")
        show("all together, nothing changed", measure(*RUN, *every, *options))


if __name__ == "__main__":
    main()
