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


def answer(order: dict[str, Any], behaviour: str, address: list[str]) -> None:
    """Do what it was told, or what it does instead."""
    told: dict[str, Any] = {}
    method = order["method"]
    if method == "Page.navigate":
        address[:] = [order["params"]["url"]]
        told = {"loaderId": "ours"}
    elif method == "Page.printToPDF":
        told = {"data": base64.b64encode(f"%PDF- {address[0]}".encode()).decode()}
    elif method == "Target.createTarget":
        told = {"targetId": "tab"}
    elif method == "Target.attachToTarget":
        told = {"sessionId": "session"}
    if behaviour == "leftovers":
        os.write(4, b'AAAA"}}\0' + b"7\0")
        say({"id": -1, "result": {"data": "bm9ib2R5"}})
        say({"method": "Page.lifecycleEvent", "params": {"name": "load", "loaderId": "blank"}})
    if behaviour == "refuses" and method == "Page.printToPDF":
        say({"id": order["id"], "error": {"message": "no printer"}})
        return
    say({"id": order["id"], "result": told})
    if method == "Page.navigate" and behaviour != "never loads":
        say({"method": "Page.lifecycleEvent", "params": {"name": "load", "loaderId": "ours"}})


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
    heard, address = b"", list[str]()
    while some := os.read(3, 65536):
        heard += some
        *orders, heard = heard.split(b"\0")
        for order in orders:
            answer(json.loads(order), behaviour, address)
    time.sleep(60 if behaviour == "stays" else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
