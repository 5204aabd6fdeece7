"""Visitors of a served desk for some minutes: memory stays flat, and no process is left.

`benchmarks/desk.py --soak MINUTES --visitors N` calls `soak`. A visitor opens the page, which takes
a kernel, and speaks with it as the page's script does: it moves sliders, chooses targets, undoes,
and asks whether the desk lives. Every other visitor stays to the end; the others go after a minute
or two, some without closing their page, and come again.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import signal
import subprocess
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import psutil
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

__all__ = ["soak"]

KERNEL = re.compile(r'"kernelId": ?"([^"]+)"')
STAY = (60.0, 150.0)
"""Seconds for which a visitor that comes and goes stays."""
GROWTH = 1.15
"""Largest ratio of the memory in the last third to that in the second."""
PATIENCE = 240.0
FULL = 503
"""Status of a server whose desks are all in use."""
MB = 2**20


class Visitor:
    """One page: a kernel, and a connection to it."""

    def __init__(self, address: str, chance: random.Random) -> None:
        self.address, self.chance, self.session = address, chance, uuid.uuid4().hex
        self.models: dict[str, dict[str, Any]] = {}
        self.moved = self.answered = 0

    async def open(self) -> None:
        """Open the page, connect, and read the state of its widgets."""
        client, headers = AsyncHTTPClient(), {"Accept": "text/html"}
        page = await client.fetch(self.address, headers=headers, request_timeout=PATIENCE)
        self.kernel = KERNEL.search(page.body.decode())[1]
        socket = (
            self.address.replace("http", "ws", 1)
            + f"api/kernels/{self.kernel}/channels?session_id={self.session}"
        )
        self.connection: WebSocketClientConnection = await websocket_connect(
            HTTPRequest(socket, request_timeout=PATIENCE), max_message_size=2**28
        )
        control = uuid.uuid4().hex
        self._send("comm_open", {"comm_id": control, "target_name": "jupyter.widget.control",
                                 "data": {}, "target_module": None})  # fmt: skip
        self._send("comm_msg", {"comm_id": control, "data": {"method": "request_states"}})
        while not self.models:
            await self._receive()
        self.form, self.page = self._find("groups"), self._find("turns")
        self.limits = {
            item["name"]: (item["lower"], item["upper"])
            for group in self.models[self.form]["groups"]
            for item in group["items"]
        }
        self._custom(self.page, {"start": "", "before": None, "visitor": self.session})

    async def use(self, until: float) -> None:
        """Move sliders, and now and then press a button, until a moment."""
        while time.monotonic() < until:
            name = self.chance.choice([*self.limits])
            value = round(self.chance.uniform(*self.limits[name]), 3)
            self.moved += 1
            self._custom(self.form, {"n": self.moved, "values": {name: value}})
            self._custom(self.page, {"ask": self.moved})
            if self.chance.random() < 0.1:
                self._custom(self._find_button("desk-undo"), {"event": "click"})
            if self.chance.random() < 0.03:
                self._custom(self._find_button("desk-seek"), {"event": "click"})
            end = time.monotonic() + PATIENCE
            while self.answered < self.moved:
                await asyncio.wait_for(self._receive(), end - time.monotonic())
            with suppress(asyncio.TimeoutError):
                pause = time.monotonic() + self.chance.uniform(0.5, 4.0)
                while True:
                    await asyncio.wait_for(self._receive(), pause - time.monotonic())

    async def leave(self, *, closing: bool) -> None:
        """Close the page, with or without its last message."""
        self.connection.close()
        if closing:
            ending = f"{self.address}voila/api/shutdown/{self.kernel}"
            await AsyncHTTPClient().fetch(ending, method="POST", body=b"")

    def _find(self, trait: str) -> str:
        return next(model for model, state in self.models.items() if trait in state)

    def _find_button(self, css_class: str) -> str:
        return next(
            m for m, state in self.models.items() if css_class in state.get("_dom_classes", ())
        )

    def _custom(self, model: str, content: dict[str, Any]) -> None:
        data = {"method": "custom", "content": content}
        self._send("comm_msg", {"comm_id": model, "data": data})

    def _send(self, kind: str, content: dict[str, Any]) -> None:
        date = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": self.session,
                  "username": "", "version": "5.3", "date": date}  # fmt: skip
        message = {"header": header, "parent_header": {}, "content": content,
                   "metadata": {"version": "1.0.0"}, "channel": "shell", "buffers": []}  # fmt: skip
        self.connection.write_message(json.dumps(message))

    async def _receive(self) -> None:
        received = await self.connection.read_message()
        if received is None:
            raise WebSocketClosedError
        if not isinstance(received, str):  # with buffers: offsets, then the message, then these
            first = int.from_bytes(received[4:8], "big")
            second = int.from_bytes(received[8:12], "big")
            received = received[first:second].decode()
        message = json.loads(received)
        data = message["content"].get("data", {}) if message["msg_type"] == "comm_msg" else {}
        if data.get("method") == "update_states":
            self.models = {model: one["state"] for model, one in data["states"].items()}
        done = data.get("state", {}).get("done")
        if done is not None:
            self.answered = max(self.answered, int(done))


async def _come_and_go(address: str, number: int, end: float, log: list[str]) -> None:
    """Be one visitor after another until the end."""
    chance, rounds = random.Random(number), 0
    while time.monotonic() < end - 5.0:
        visitor = Visitor(address, chance)
        try:
            await visitor.open()
            stay = end if number % 2 == 0 else time.monotonic() + chance.uniform(*STAY)
            await visitor.use(min(stay, end))
            await visitor.leave(closing=chance.random() < 0.7)
        except Exception as error:
            if getattr(error, "code", 0) == FULL:  # the places of those who vanished
                rounds -= 1
            else:
                log.append(f"visitor {number}: {type(error).__name__}: {error}")
            await asyncio.sleep(5.0)
        rounds += 1
    log.append(f"visitor {number}: {rounds} desks")


async def _watch(server: psutil.Process, end: float, rows: list[tuple[float, ...]]) -> None:
    """Note the memory of the server and of its kernels twice a minute."""
    begun = time.monotonic()
    while time.monotonic() < end:
        await asyncio.sleep(min(30.0, max(end - time.monotonic(), 0.1)))
        sizes = []
        for process in server.children():
            with suppress(psutil.Error):
                sizes.append(process.memory_info().rss / MB)
        row = ((time.monotonic() - begun) / 60, len(sizes), server.memory_info().rss / MB,
               float(np.median(sizes or [0.0])), max(sizes, default=0.0))  # fmt: skip
        rows.append(row)
        print("{:6.1f} min {:4.0f} desks; MB: server {:5.0f}, desk {:5.0f}, largest {:5.0f}".format(
            *row), flush=True)  # fmt: skip


def soak(command: Sequence[str], folder: str, minutes: float, visitors: int) -> bool:
    """Serve the desk to visitors; return whether memory stayed flat and nothing is left."""
    command = [*command, "--most", str(visitors + 1)]
    rows: list[tuple[float, ...]] = []
    log: list[str] = []
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as server:
        address = server.stdout.readline().strip()
        process, end = psutil.Process(server.pid), time.monotonic() + 60 * minutes

        async def run() -> None:
            await asyncio.gather(
                _watch(process, end, rows),
                *(_come_and_go(address, number, end, log) for number in range(visitors)),
            )

        try:
            asyncio.run(run())
        finally:
            children = process.children(recursive=True)
            begun = time.monotonic()
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)
    left = [child for child in children if child.is_running()]
    print(*log, sep="\n")
    print(f"ended in {time.monotonic() - begun:.1f} s with {server.returncode}; left: {len(left)}")
    third = len(rows) // 3
    flat = True
    for column, name in ((2, "server"), (3, "desk")):
        before, after = (
            float(np.median([row[column] for row in part])) if part else 0.0
            for part in (rows[third : 2 * third], rows[2 * third :])
        )
        flat &= after <= GROWTH * before or not before
        print(f"{name}: {before:.0f} MB in the second third, {after:.0f} MB in the last")
    failed = [line for line in log if "Error" in line]
    return flat and not left and server.returncode == 0 and not failed
