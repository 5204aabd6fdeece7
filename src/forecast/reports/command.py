"""The command `forecast run`: files by pattern, a line a report, a list of all reports."""

from __future__ import annotations

import glob
import json
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..errors import N_, ReportError, WriteError, cause
from ..files import INDEX
from ..i18n.catalog import environment_language, gettext
from ..i18n.formatting import join
from .batch import Options, Result, run_all
from .index_page import write_overview
from .parameters import read_parameters
from .runner import CHANGES

__all__ = ["expand_patterns", "run_files", "summarise_changes"]

log = logging.getLogger(__name__)

WORSE = 8
"""Exit code where a verdict became worse and that is to be a failure."""


def expand_patterns(patterns: list[str]) -> list[Path]:
    """List the files that arguments name, each once; patterns that no shell expanded are here.

    >>> expand_patterns(["no/such/file.yaml", "./no/such/file.yaml"])
    [PosixPath('no/such/file.yaml')]
    """
    files: dict[str, Path] = {}
    for pattern in patterns:
        literal = os.path.exists(pattern)
        matches = [] if literal else sorted(glob.glob(pattern, recursive=True))
        for file in map(Path, matches or [pattern]):
            files.setdefault(os.path.realpath(file), file)
    return list(files.values())


def run_files(files: list[Path], options: Options, jobs: int, *, as_json: bool = False) -> int:
    """Make reports, print their results as they come, list all reports of their output folders.

    A result is a sentence in a line, with what to open last; `as_json` a line of JSON.

    Returns
    -------
    Exit code: 0 if all succeeded, 1 if some did, else that of the first failure; 2 if two files
    write one folder, when nothing is run; 5 if only a list or a result cannot be written; 8 if all
    succeeded and a verdict became worse where the options want to fail on that.
    """
    from tqdm import tqdm
    from tqdm.contrib.logging import logging_redirect_tqdm

    folders = _report_folders(files, options.output)
    if folders is None:
        return 2
    outputs = list(dict.fromkeys(folder.parent for folder in folders))
    for output in outputs:  # so that each page can lead back to the list
        with suppress(OSError):
            output.mkdir(parents=True, exist_ok=True)
        _list_reports(output)
    terminal, language = sys.stderr.isatty(), environment_language()
    tqdm.monitor_interval = 0  # a second thread, beside which no kernel can be forked
    codes, changes, written = [], [], []
    with (
        tqdm(total=len(files), unit="report", disable=not terminal) as bar,
        logging_redirect_tqdm([logging.getLogger("forecast")] if terminal else []),
    ):
        try:
            for result in run_all(files, options, jobs):
                bar.update()
                with bar.external_write_mode():
                    written.append(_print(str(result) if as_json else result.describe(language)))
                codes.append(result.code)
                changes += _read_changes(result)
        finally:
            listed = [_list_reports(output) for output in outputs]
    written_lists = (output / INDEX for output, fine in zip(outputs, listed, strict=True) if fine)
    pages = [str(page) for page in written_lists if page.is_file()]
    if pages and not as_json:
        _print(gettext(N_("Open {file}"), language).format(file=join(pages, language)))
    failed = [code for code in codes if code]
    failed = failed or ([] if all(listed + written) else [5] * len(codes))
    worse = summarise_changes(changes, warn=options.fail_on_worse)
    if not failed and worse and options.fail_on_worse:
        return WORSE
    return 1 if 0 < len(failed) < len(codes) else (failed or [0])[0]


def _print(line: str) -> bool:
    """Print a line at once, whatever letters the encoding lacks; return whether that went well."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        print(line.encode(encoding, "backslashreplace").decode(encoding), flush=True)
    except OSError as error:
        log.error(N_("standard output cannot be written: %s"), cause(error))
        # Else the end of the program fails with what is in the buffer.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True


def _read_changes(result: Result) -> list[dict[str, Any]]:
    """Read which verdicts changed with a report that was made just now."""
    if result.status != "completed" or result.folder is None:
        return []
    file = Path(result.folder) / CHANGES
    return [json.loads(file.read_text(encoding="utf-8"))] if file.is_file() else []


def summarise_changes(changes: list[dict[str, Any]], *, warn: bool) -> int:
    """Log which verdicts changed since the issue before; return how many became worse."""
    for report in changes:
        about = {"region": report["region"]}
        level = logging.WARNING if warn and report["worse"] else logging.INFO
        if report["previous"] and report["verdicts"]:
            message = N_("%s: since %s %d verdicts better, %d worse, %d otherwise changed; see %s")
            counts = [report[key] for key in ("better", "worse", "other")]
            values = (report["name"], report["previous"], *counts, CHANGES)
            log.log(level, message, *values, extra=about)
    return sum(report["worse"] for report in changes)


def _report_folders(files: list[Path], output: str | None) -> list[Path] | None:
    """Folder of each readable file's report; None where two files have the same."""
    folders: dict[str, tuple[Path, Path]] = {}
    for file in files:
        try:
            folder = read_parameters(file, output=output).folder
        except ReportError:
            continue  # its own run reports it
        first, _ = folders.setdefault(os.path.realpath(folder), (file, folder))
        if first != file:
            message = N_("%s and %s both write %s. Give them names.")
            log.error(message, first, file, folder)
            return None
    return [folder for _, folder in folders.values()]


def _list_reports(output: Path) -> bool:
    """Renew the list of an output folder's reports; return whether that went well."""
    try:
        if output.is_dir():
            write_overview(output)
    except WriteError as error:
        log.error("%s", error)
        return False
    return True
