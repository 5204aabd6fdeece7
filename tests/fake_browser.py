"""A browser that only seems one: what it prints is the address of the page.

Run as a program it is that browser. It writes a line into a log for each start; with the option
`--remote-debugging-pipe` it answers on its pipes, as `behaviour` says.
"""

import base64
import json
import os
import shlex
import stat
import sys
import time
from pathlib import Path
from typing import Any


def fake_browser(folder: Path, behaviour: str = "prints") -> Path:
    """Write a command that starts it; beside it stands the log of its starts."""
    file = folder / "browser"
    own = shlex.join([sys.executable, __file__, behaviour, str(folder / "starts")])
    file.write_text(f'#!/bin/sh\nexec {own} "$@"\n', encoding="utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


def starts(folder: Path) -> list[str]:
    """How it was started each time: `pipes` or `page`."""
    return (folder / "starts").read_text(encoding="utf-8").split()


def say(message: dict[str, Any]) -> None:
    """Send a message."""
    os.write(4, json.dumps(message).encode() + b"\0")


class Browser:
    """What it knows, and what it answers."""

    def __init__(self, behaviour: str) -> None:
        self.behaviour = behaviour
        self.address = ""
        self.tabs: list[dict[str, str]] = []

    def answer(self, order: dict[str, Any]) -> None:
        """Do what it was told, or what it does instead."""
        method = order["method"]
        told = self.do(method, order["params"])
        if self.behaviour == "leftovers":
            os.write(4, b'AAAA"}}\0' + b"7\0")
            say({"id": -1, "result": {"data": "bm9ib2R5"}})
            say({"method": "Page.lifecycleEvent", "params": {"name": "load", "loaderId": "blank"}})
        if self.behaviour == "refuses" and method == "Page.printToPDF":
            say({"id": order["id"], "error": {"message": "no printer"}})
            return
        say({"id": order["id"], "result": told})
        if method == "Page.navigate" and self.behaviour != "never loads":
            say({"method": "Page.lifecycleEvent", "params": {"name": "load", "loaderId": "ours"}})

    def do(self, method: str, values: dict[str, Any]) -> dict[str, Any]:
        """Give the result of an order."""
        match method:
            case "Target.getTargets":
                return {"targetInfos": [{"type": "browser"}, *self.tabs]}
            case "Target.createTarget":
                self.tabs.append({"type": "page", "targetId": f"tab {len(self.tabs)}"})
                return self.tabs[-1]
            case "Target.closeTarget":
                self.tabs.clear()
            case "Target.attachToTarget":
                return {"sessionId": "session"}
            case "Page.navigate":
                self.address = values["url"]
                return {"loaderId": "ours"}
            case "Page.printToPDF":
                return {"data": base64.b64encode(f"%PDF- {self.address}".encode()).decode()}
        return {}


def main(behaviour: str, log: str, *options: str) -> None:
    """Be a browser."""
    target = next((o.partition("=")[2] for o in options if o.startswith("--print-to-pdf=")), "")
    with Path(log).open("a", encoding="utf-8") as file:
        print("page" if target else "pipes", file=file)
    if target:
        Path(target).write_bytes(b"%PDF- by itself")
        return
    if behaviour == "ends":
        return
    heard, browser = b"", Browser(behaviour)
    while some := os.read(3, 65536):
        heard += some
        *orders, heard = heard.split(b"\0")
        for order in orders:
            browser.answer(json.loads(order))
    time.sleep(60 if behaviour == "stays" else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
