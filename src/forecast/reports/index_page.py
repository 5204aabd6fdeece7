"""The front page of an output folder, `index.html`: a card a report, by region, and what failed.

It is one page in all languages at once that reads without a network, and on paper.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from ..errors import WriteError, cause, msg
from ..files import INDEX, MANIFEST, locked, write_atomic
from ..i18n.catalog import N_, gettext, languages
from ..i18n.formatting import language_name
from .manifest import read_manifest
from .page import render_template
from .parameters import KINDS

__all__ = ["write_overview"]

MARK = '<meta name="generator" content="forecast run">'
"""What tells our list from a page of the reader's own."""
PAGE, HEAD = "report.html", 4096
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
NEWS = re.compile(r'<meta name="description" content="(.*?)">', re.DOTALL)
PATIENCE = 60
"""Seconds to wait for another run that is writing the list."""
FAILED = ".failed"
FILES = {
    "report.html": N_("page"),
    "report.pdf": N_("PDF"),
    "report.docx": N_("Word"),
    "brief.pptx": N_("slides"),
    "tables.xlsx": N_("workbook"),
    "notebook.ipynb": N_("notebook"),
    MANIFEST: N_("record"),
}
"""Linked files; the last two only of a failed run."""
STATUS = {"completed": N_("completed"), "failed": N_("failed")}
REASONS = {
    "ParameterError": N_("the parameter file is wrong"),
    "InputError": N_("data or a file is wrong"),
    "NotebookError": N_("the notebook failed"),
    "WriteError": N_("it cannot be written"),
    "TimeLimitError": N_("it took too long"),
}


_Texts = list[tuple[str, str]]
"""Languages and texts: the template shows the first one and puts the others beside it."""


def write_overview(output: Path) -> Path:
    """Write the list of all reports in a folder anew, whole.

    Of several runs at once the last to write has seen the reports of all others.

    Raises
    ------
    WriteError
        If it cannot be written, or a page of that name is not ours.
    """
    file = output / INDEX
    message = N_("{file} is being written by another run that does not end.")
    try:
        with locked(file, WriteError(msg(message, file=file)), PATIENCE):
            if file.exists() and MARK not in file.read_text(encoding="utf-8", errors="replace"):
                message = N_("{file} is not a list of reports, so it is kept. Rename it.")
                raise WriteError(msg(message, file=file))
            write_atomic(file, _page(output).encode())
    except OSError as error:
        message = N_("{file} cannot be written: {reason}.")
        raise WriteError(msg(message, file=file, reason=cause(error))) from None
    return file


def _page(output: Path) -> str:
    """List reports by region, the overview first, each above its failed run if there is one."""
    folders = [p for p in output.iterdir() if not p.name.startswith(".") and _is_report(p)]
    folders.sort(key=lambda folder: (folder.name.removesuffix(FAILED), folder.name))
    failed = sum(folder.name.endswith(FAILED) for folder in folders)
    counts = _texts(N_("Reports: {whole}, failed runs: {failed}"),
                    whole=len(folders) - failed, failed=failed)  # fmt: skip
    groups: dict[str, list[dict[str, Any]]] = {}
    order = [*KINDS, ""]
    for card in sorted(map(_card, folders), key=lambda card: order.index(card["order"])):
        groups.setdefault(" ".join(text for _, text in card["region"]), []).append(card)
    return render_template(
        "index.html.j2",
        language=languages()[0],
        title=" · ".join(text for _, text in _texts(N_("Reports"))),
        generator=Markup(MARK),
        counts=counts if folders else _texts(N_("No reports yet")),
        groups=list(groups.values()),
    )


def _is_report(folder: Path) -> bool:
    return (folder / MANIFEST).is_file()


def _card(folder: Path) -> dict[str, Any]:
    """Collect what the card of a report shows; of a failed run its reason and the error's words."""
    manifest = read_manifest(folder)
    failed = manifest is None or manifest.status == "failed"
    finding, news = ("", "") if failed else _read_finding(folder)
    unknown = ("language", "tag", "as_of", "status", "reason", "error", "finished")
    card: dict[str, Any] = dict.fromkeys(unknown, "") | {
        "name": folder.name, "failed": failed, "links": list(_links(folder, failed)),
        "finding": finding, "news": news, "order": "", "region": [],
    }  # fmt: skip
    if manifest is None:
        return card | {"kind": _texts(N_("record damaged; run it again"))}
    given = {key: str(value) for key, value in manifest.parameters.items()}
    notebook = given.get("notebook", "")
    kind, error = KINDS.get(notebook), manifest.error or {}
    return card | {
        "name": manifest.name,
        "order": notebook if kind else "",
        "kind": _texts(kind) if kind else [("", Path(notebook).stem)],
        "region": list((manifest.region or {"": given.get("region", "")}).items()),
        "language": _language(given.get("language", "")),
        "tag": given.get("language", ""),
        "as_of": given.get("as_of", ""),
        "status": _texts(STATUS[manifest.status]),
        "reason": _texts(REASONS.get(str(error.get("class")), N_("the run failed"))),
        "error": error.get("message", ""),
        "finished": _local(manifest.finished),
    }


def _read_finding(folder: Path) -> tuple[str, str]:
    """Read from the head of a page its finding, and what is new in it."""
    try:
        with (folder / PAGE).open(encoding="utf-8") as file:
            head = file.read(HEAD)
    except OSError:
        return "", ""
    found = (re.search(pattern, head) for pattern in (TITLE, NEWS))
    finding, news = (html.unescape(each[1]) if each else "" for each in found)
    return finding, news


def _links(folder: Path, failed: bool) -> Iterator[tuple[str, _Texts]]:
    for name, words in FILES.items():
        if (folder / name).is_file() and (failed or name not in ("notebook.ipynb", MANIFEST)):
            yield quote(f"{folder.name}/{name}"), _texts(words)


def _texts(message: str, **gaps: object) -> _Texts:
    """Give a message in every language, once where two read the same."""
    texts = {gettext(message, code).format(**gaps): code for code in reversed(languages())}
    return [(code, text) for text, code in reversed(texts.items())]


def _language(code: str) -> _Texts:
    """Name a language of ours in every language."""
    if code not in languages():
        return [("", code)]
    return [(shown, language_name(code, shown)) for shown in languages()]


def _local(moment: str) -> str:
    """Time of day on the machine's own clock, to the minute."""
    try:
        return dt.datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return moment
