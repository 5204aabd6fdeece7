"""Files of a panel, on a disk or an object store of fsspec, written whole or not at all.

A local file is written under a temporary name and renamed. An object store shows an object once all
of it has arrived.
"""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from fsspec.implementations.local import LocalFileSystem

__all__ = ["Store", "file_name"]

PARTIAL = ".partial-"
"""Part of the name of a file that is being written."""
BATCH = 1 << 17
"""Rows of a file that are read at a time."""


class Store:
    """A folder, given by a path or URL; names within it are relative to it."""

    def __init__(self, place: str) -> None:
        self.fs, self.root = fsspec.core.url_to_fs(place)

    def path(self, name: str) -> str:
        """Path of a file, within its file system."""
        return f"{self.root.rstrip('/')}/{name}"

    def list_files(self, folder: str, endings: tuple[str, ...] = ("",)) -> list[str]:
        """Names of the files below a folder, sorted; hidden and unfinished ones are left out."""
        start = len(self.path(""))
        found = [path[start:] for path in self.fs.find(self.path(folder))]
        parts = ((name, name[len(folder) :].strip("/").split("/")) for name in found)
        return sorted(
            name
            for name, path in parts
            if name.lower().endswith(endings) and not any(p.startswith((".", "_")) for p in path)
        )

    def identify(self, name: str) -> str:
        """Text that changes when the file does: its size and its day or tag."""
        about = self.fs.info(self.path(name))
        tags = [about.get(k) for k in ("size", "ETag", "etag", "mtime", "LastModified", "created")]
        return json.dumps([name, *map(str, tags)])

    def read_bytes(self, name: str) -> bytes:
        """Content of a file."""
        content: bytes = self.fs.cat_file(self.path(name))
        return content

    def read_json(self, name: str) -> Any:
        """Content of a JSON file; None where there is none, or one that is not whole."""
        with suppress(OSError, ValueError):
            return json.loads(self.read_bytes(name))
        return None

    def read_parquet(self, name: str, columns: list[str]) -> Iterator[pa.Table]:
        """Read a Parquet file some rows at a time, with those of the columns that it has.

        There is at least one table, so that a file without rows shows its columns.
        """
        with self.fs.open(self.path(name), "rb") as stream:
            file = pq.ParquetFile(stream)
            columns = [c for c in columns if c in file.schema_arrow.names]
            if not file.metadata.num_rows:
                yield file.read(columns)
            for batch in file.iter_batches(BATCH, columns=columns):
                yield pa.Table.from_batches([batch])

    def read_row_group(self, name: str, group: int) -> pa.Table:
        """Read one row group of a Parquet file."""
        with self.fs.open(self.path(name), "rb") as stream:
            return pq.ParquetFile(stream).read_row_group(group)

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all."""
        path = self.path(name)
        self.fs.makedirs(path.rpartition("/")[0], exist_ok=True)
        if not isinstance(self.fs, LocalFileSystem):
            self.fs.pipe_file(path, content)
            return
        partial = f"{path}{PARTIAL}{uuid.uuid4().hex[:8]}"
        try:
            with self.fs.open(partial, "wb") as stream:
                stream.write(content)
            Path(partial).replace(path)
        except BaseException:
            with suppress(OSError):
                self.fs.rm_file(partial)
            raise

    def write_json(self, name: str, content: Any) -> None:
        """Write plain values as JSON."""
        text = json.dumps(content, ensure_ascii=False, indent=1, default=str)
        self.write(name, text.encode())

    def write_parquet(self, name: str, tables: list[pa.Table]) -> int:
        """Write tables of one schema, each a row group of a Parquet file; return its bytes."""
        buffer = io.BytesIO()
        with pq.ParquetWriter(buffer, tables[0].schema) as writer:
            for table in tables:
                # The default cuts a table at a million rows.
                writer.write_table(table, row_group_size=max(len(table), 1))
        self.write(name, buffer.getvalue())
        return len(buffer.getvalue())

    def remove_partial(self) -> None:
        """Remove what a run that was killed left unfinished."""
        for path in self.fs.find(self.root) if self.fs.exists(self.root) else ():
            if PARTIAL in path.rpartition("/")[2]:
                self.fs.rm_file(path)


def file_name(name: str) -> str:
    """Name of a partition as one of a file.

    >>> file_name("beds/10,000")
    'beds%2F10%2C000'
    """
    return quote(name, safe=" ()+=") or "_"
