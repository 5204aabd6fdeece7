"""Office files, which are zip archives of XML, without the time at which they were written."""

from __future__ import annotations

import io
import re
import zipfile

__all__ = ["undated"]


def undated(file: bytes) -> bytes:
    """Return an office file with all times set to the first that a zip archive knows, 1980.

    >>> import zipfile
    >>> out, content = io.BytesIO(), "<dcterms:created>2026-01-01T01:02:03Z</dcterms:created>"
    >>> with zipfile.ZipFile(out, "w") as book:
    ...     book.writestr("docProps/core.xml", content)
    >>> with zipfile.ZipFile(io.BytesIO(undated(out.getvalue()))) as book:
    ...     book.read("docProps/core.xml"), book.infolist()[0].date_time[0]
    (b'<dcterms:created>1980-01-01T00:00:00Z</dcterms:created>', 1980)
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb">[\d-]+T[\d:]+Z<", b">1980-01-01T00:00:00Z<", content)
            new.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
