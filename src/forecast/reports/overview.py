"""The list of an output folder's reports, `index.html`: what is there, of when, what failed.

It is one page in Chinese and English that reads without a network, and on paper.
"""

from __future__ import annotations

import datetime as dt
import html
from pathlib import Path
from urllib.parse import quote

from filelock import FileLock, Timeout

from ..errors import WriteError
from ..files import MANIFEST, write_atomic
from .manifest import Manifest, read_manifest
from .page import STYLE

__all__ = ["write_overview"]

INDEX = "index.html"
MARK = '<meta name="generator" content="forecast run">'
"""What tells our list from a page of the reader's own."""
PATIENCE = 60
"""Seconds to wait for another run that is writing the list."""
FAILED = ".failed"
FILES = {
    "report.html": ("网页", "page"),
    "report.pdf": ("PDF", ""),
    "tables.xlsx": ("工作簿", "workbook"),
    "notebook.ipynb": ("笔记本", "notebook"),
    MANIFEST: ("记录", "record"),
}
HEADS = (
    ("报告", "Report"), ("种类", "Kind"), ("地区", "Region"), ("语言", "Language"),
    ("截至日期", "As of"), ("状态", "Status"), ("完成时间", "Finished"), ("文件", "Files"),
)  # fmt: skip
KINDS = {
    "monitoring": ("监测", "monitoring"),
    "scenarios": ("手段与情景", "levers and scenarios"),
    "midterm_evaluation": ("中期评估", "mid-term evaluation"),
    "final_evaluation": ("总结评估", "final evaluation"),
    "indicator": ("单项指标", "one indicator"),
    "method_check": ("方法检验", "method check"),
}
LANGUAGES = {"zh": ("中文", "Chinese"), "en": ("英文", "English")}
STATUS = {"completed": ("已完成", "completed"), "failed": ("失败", "failed")}
DAMAGED = ("记录已损坏，请重新运行", "record damaged; run it again")
REASONS = {
    "ParameterError": ("参数文件有误", "the parameter file is wrong"),
    "InputError": ("数据或文件有误", "data or a file is wrong"),
    "NotebookError": ("笔记本运行出错", "the notebook failed"),
    "WriteError": ("无法写入", "it cannot be written"),
    "TimeLimitError": ("超过时限", "it took too long"),
}
OTHER = ("运行出错", "the run failed")
EMPTY = ("尚无报告", "No reports yet")
COUNTS = ("{whole} 份报告，{failed} 次失败", "Reports: {whole}, failed runs: {failed}")
OWN_STYLE = """
th, td { text-align: left; } .failed td { background: #fff1f0; } .en { color: #57606a; }
td > .en { display: block; } td a, td:nth-child(5) { white-space: nowrap; }
"""


def write_overview(output: Path) -> Path:
    """Write the list of all reports in a folder anew, whole.

    Of several runs at once the last to write has seen the reports of all others.

    Raises
    ------
    WriteError
        If it cannot be written, or a page of that name is not ours.
    """
    file = output / INDEX
    try:
        with FileLock(output / f".{INDEX}.lock", timeout=PATIENCE):
            if file.exists() and MARK not in file.read_text(encoding="utf-8", errors="replace"):
                raise WriteError(f"{file} is not a list of reports, so it is kept. Rename it.")
            write_atomic(file, _page(output).encode())
    except Timeout:
        raise WriteError(f"{file} is being written by another run that does not end.") from None
    except OSError as error:
        raise WriteError(f"{file} cannot be written: {error.strerror or error}.") from None
    return file


def _page(output: Path) -> str:
    """List each report above its failed run, if there is one."""
    folders = [p for p in output.iterdir() if not p.name.startswith(".") and _is_report(p)]
    folders.sort(key=lambda folder: (folder.name.removesuffix(FAILED), folder.name))
    rows = [_row(folder) for folder in folders]
    failed = sum(folder.name.endswith(FAILED) for folder in folders)
    counts = {"whole": len(folders) - failed, "failed": failed}
    told = _both(*(text.format(**counts) for text in (COUNTS if folders else EMPTY)))
    heads = "".join(f"<th>{_both(*head)}</th>" for head in HEADS)
    title = "报告一览 · Reports"
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n{MARK}\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}{OWN_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{title}</h1>\n<p>{told}</p>\n<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n"
        + "\n".join(rows)
        + "\n</tbody>\n</table>\n</main>\n</body>\n</html>\n"
    )


def _is_report(folder: Path) -> bool:
    return (folder / MANIFEST).is_file()


def _row(folder: Path) -> str:
    manifest = read_manifest(folder)
    failed = manifest is None or manifest.status == "failed"
    files = [(name, words) for name, words in FILES.items() if (folder / name).is_file()]
    shown = files if failed else [(n, w) for n, w in files if n not in ("notebook.ipynb", MANIFEST)]
    links = "<br>".join(
        f'<a href="{quote(f"{folder.name}/{name}")}">{_both(*words)}</a>' for name, words in shown
    )
    if manifest is None:
        cells = [html.escape(folder.name), "", "", "", "", _both(*DAMAGED), "", links]
    else:
        region = str(manifest.parameters.get("region", ""))
        language = str(manifest.parameters.get("language", ""))
        notebook = str(manifest.parameters.get("notebook", ""))
        cells = [
            html.escape(manifest.name),
            _both(*KINDS.get(notebook, (Path(notebook).stem, ""))),
            _both(manifest.region.get("zh", region), manifest.region.get("en", "")),
            _both(*LANGUAGES.get(language, (language, ""))),
            html.escape(str(manifest.parameters.get("as_of", ""))),
            _status(manifest),
            html.escape(_local(manifest.finished)),
            links,
        ]
    kind = ' class="failed"' if failed else ""
    return f"<tr{kind}>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _status(manifest: Manifest) -> str:
    """Status in words; of a failure the reason, and what its error says."""
    status = _both(*STATUS[manifest.status])
    if manifest.error is None:
        return status
    reason = _both(*REASONS.get(str(manifest.error.get("class")), OTHER))
    message = html.escape(str(manifest.error.get("message", "")))
    return f'{status} {reason} <small lang="en">{message}</small>'


def _both(chinese: str, english: str) -> str:
    """Chinese first, English beside.

    >>> _both("<", "")
    '&lt;'
    """
    beside = f' <span class="en" lang="en">{html.escape(english)}</span>' if english else ""
    return html.escape(chinese) + beside


def _local(moment: str) -> str:
    """Time of day of the machine's own zone, to the minute."""
    try:
        return dt.datetime.fromisoformat(moment).astimezone().isoformat(" ", "minutes")
    except ValueError:
        return moment
