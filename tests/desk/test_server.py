"""The desk as a web page: access, content, and orderly end."""

import asyncio
import contextlib
import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect
from typer.testing import CliRunner

from forecast.cli import app
from forecast.desk.access import Access
from forecast.desk.server import ServingError, serve

TOKEN = "eight or more"
COMMAND = [sys.executable, "-m", "forecast.cli", "app", "--no-browser", "--port", "0"]
KERNEL = re.compile(r'"kernelId": ?"([^"]+)"')
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
OUTSIDE = re.compile(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//[^"')\s]*""")


class Front:
    """An address that is asked as a browser does."""

    def __init__(self, address: str) -> None:
        self.address = address

    def ask(
        self, path: str = "", *, host: str | None = None,
        form: dict[str, str] | None = None, jar: http.cookiejar.CookieJar | None = None,
        method: str | None = None, headers: dict[str, str] | None = None,
    ) -> tuple[int, str]:  # fmt: skip
        """Return status and text of an answer; cookies are kept in a jar if one is given."""
        data = urllib.parse.urlencode(form).encode() if form else None
        sent = {"Accept": "text/html,*/*"} | (headers or {})
        request = urllib.request.Request(self.address + path, data, sent, method=method)
        if host:
            request.add_header("Host", host)
        cookies = urllib.request.HTTPCookieProcessor(jar)
        try:
            with urllib.request.build_opener(_Stay, cookies).open(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.read().decode()


class Served(Front):
    """A running server: its address, its process, and the folder for its temporary files."""

    def __init__(self, folder: Path, *options: str, **environment: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [*COMMAND, "--language", "zh", *options],
            cwd=folder, env=os.environ | environment | {"TMPDIR": str(folder)},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        )  # fmt: skip
        assert self.process.stdout
        super().__init__(self.process.stdout.readline().strip())

    def kernels(self) -> list[Path]:
        """Return the processes that were started with a file of this server's folder."""
        told = str(self.folder).encode()
        commands = [p for p in Path("/proc").glob("[0-9]*/cmdline") if _content(p).count(told)]
        return [command.parent for command in commands]


class _Stay(urllib.request.HTTPRedirectHandler):
    """Return a redirection instead of following it."""

    def redirect_request(self, *_: object) -> None:
        return None


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # the process has ended
        return b""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Start a server with a token, among kernels and settings that it must not use."""
    folder = tmp_path_factory.mktemp("served")
    other = folder / "kernels" / "python3"
    other.mkdir(parents=True)
    spec = {"argv": ["false"], "display_name": "Python 3", "language": "python"}
    (other / "kernel.json").write_text(json.dumps(spec))
    (folder / "voila.json").write_text(json.dumps({"VoilaConfiguration": {"template": "none"}}))
    running = Served(
        folder, "--most", "1", "--base-url", "desk", FORECAST_TOKEN=TOKEN, JUPYTER_PATH=str(folder)
    )
    yield running
    running.process.terminate()
    assert TOKEN.split()[0] not in "".join(running.process.communicate(timeout=60))


@pytest.fixture(scope="module")
def jar(served: Served) -> http.cookiejar.CookieJar:
    """Return the cookies of a visitor who gave the token with the address."""
    jar = http.cookiejar.CookieJar()
    assert served.ask("?" + urllib.parse.urlencode({"token": TOKEN}), jar=jar) == (302, "")
    return jar


@pytest.fixture(scope="module")
def page(served: Served, jar: http.cookiejar.CookieJar) -> str:
    """Return the page that one of two visitors at a time gets, with its notebook run."""
    with ThreadPoolExecutor(2) as both:
        (status, text), (other, note) = sorted(both.map(lambda _: served.ask(jar=jar), range(2)))
    assert (status, other) == (200, 503) and "1" in note
    return text


def test_the_page_is_the_planner_notebook(page: str) -> None:
    """Where one desk is allowed and two ask, one gets it: title, language, and a widget."""
    assert "<title>规划工作台</title>" in page and '<html lang="zh">' in page
    assert "application/vnd.jupyter.widget-view+json" in page
    assert "error when executing" not in page


def test_the_page_refers_to_no_other_machine(page: str, served: Served) -> None:
    """Neither the page nor the login form refers to another machine."""
    login = served.ask("login")[1]
    assert OUTSIDE.findall(page) + OUTSIDE.findall(login) == []
    assert OUTSIDE.findall("<link href='https://somewhere.org/x'>")


def test_without_the_token_there_is_nothing_to_see(served: Served) -> None:
    """The page redirects to a form that accepts only the token; kernels are closed too.

    No page may load from, send to or be shown in another site.
    """
    assert served.ask()[0] == 302
    with urllib.request.urlopen(served.address + "login") as form:
        policy = dict(
            part.split(" ", 1) for part in form.headers["Content-Security-Policy"].split("; ")
        )
    for kind in ("default-src", "connect-src", "form-action", "frame-ancestors"):
        assert policy[kind] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == "'none'"
    jar = http.cookiejar.CookieJar()
    shown = served.ask("login", jar=jar)[1]
    assert "口令" in shown
    form = dict(re.findall(r'name="(_xsrf)" value="([^"]*)"', shown))
    status, text = served.ask("login", form=form | {"password": "another one"}, jar=jar)
    assert status == 401 and "口令不对" in text
    assert served.ask(jar=jar)[0] == 302
    assert served.ask("login", form=form | {"password": TOKEN}, jar=jar)[0] == 302
    assert served.ask("voila/files/index.html.j2", jar=jar)[0] == 403
    assert served.ask("voila/static/voila.js", jar=jar)[0] == 200
    assert served.ask(f"api/kernels/{'0' * 8}-0000-0000-0000-{'0' * 12}")[0] == 403


def test_only_a_page_that_is_opened_starts_a_desk(
    served: Served, jar: http.cookiejar.CookieJar
) -> None:
    """No probe does, nor another site; there is an address for probes that needs no token."""
    assert served.ask("healthz") == (200, "ok\n")
    assert served.ask(method="HEAD") == (200, "")
    before = len(served.kernels())
    foreign, image = {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Dest": "image"}
    for headers, status in (
        ({"Accept": "*/*"}, 200), ({"Sec-Purpose": "prefetch"}, 403), (foreign | image, 403),
        (foreign | {"Sec-Fetch-Dest": "document"}, 200),
    ):  # fmt: skip
        answer = served.ask(jar=jar, headers=headers)
        assert answer[0] == status and "widget-view" not in answer[1]
    assert len(served.kernels()) == before


@pytest.fixture
def fronted(tmp_path: Path) -> Iterator[Served]:
    """Start a server whose desk no other test ends."""
    running = Served(tmp_path, "--most", "1", "--base-url", "desk", FORECAST_TOKEN=TOKEN)
    yield running
    running.process.terminate()
    running.process.communicate(timeout=60)


def test_the_documented_nginx_passes_pages_and_websockets(
    fronted: Served, root: Path, tmp_path: Path
) -> None:
    """Behind the proxy of `docs/security.md` a visitor meets the form, and a kernel answers."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("no nginx on this machine")
    (location,) = re.findall("```nginx\n(.*?)```", (root / "docs/security.md").read_text(), re.S)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    location = location.replace("127.0.0.1:8866", urllib.parse.urlsplit(fronted.address).netloc)
    folders = "".join(f"{kind}_temp_path {tmp_path}/{kind}; " for kind in TEMPORARY)
    conf = tmp_path / "nginx.conf"
    conf.write_text(
        f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/errors; events {{}} http {{ "
        f"access_log off; {folders} server {{ listen 127.0.0.1:{port};\n{location} }} }}"
    )
    with subprocess.Popen([program, "-c", str(conf), "-p", str(tmp_path)]) as proxy:
        try:
            _wait_for(port)
            front = Front(f"http://127.0.0.1:{port}/desk/")
            assert front.ask()[0] == 302 and "口令" in front.ask("login")[1]
            assert front.ask("healthz") == (200, "ok\n")
            mine = http.cookiejar.CookieJar()
            given = "?" + urllib.parse.urlencode({"token": TOKEN})
            assert front.ask(given, jar=mine)[0] == 302
            kernel = KERNEL.search(front.ask(jar=mine)[1])[1]
            assert front.ask(f"healthz/{kernel}") == (200, "ok\n")
            assert front.ask(f"healthz/{'0' * 8}")[0] == 404
            cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in mine)
            asked = asyncio.run(_ask_kernel(f"ws://127.0.0.1:{port}/desk", kernel, cookies))
            assert asked == "kernel_info_reply"
        finally:
            proxy.terminate()


async def _ask_kernel(address: str, kernel: str, cookies: str) -> str:
    """Return the type of a kernel's first answer on its shell channel."""
    request = HTTPRequest(f"{address}/api/kernels/{kernel}/channels", headers={"Cookie": cookies})
    connection = await websocket_connect(request)
    header = {"msg_id": "1", "msg_type": "kernel_info_request", "session": "s", "username": ""}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": {}}
    await connection.write_message(json.dumps({**message, "channel": "shell"}))
    while True:
        answer = json.loads(await asyncio.wait_for(connection.read_message(), 20))
        if answer["channel"] == "shell":
            connection.close()
            return str(answer["header"]["msg_type"])


def _wait_for(port: int) -> None:
    """Wait until a port is open."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.02)
    pytest.fail(f"nothing listens on {port}")


def test_no_more_desks_open_than_allowed(
    served: Served, page: str, jar: http.cookiejar.CookieJar
) -> None:
    """The next visitor is told so; a desk whose page is closed makes room.

    Its memory is limited. Neither the process of a desk nor its page knows the token.
    """
    status, text = served.ask(jar=jar)
    assert status == 503 and "1" in text and "工作台" in text
    kernel = KERNEL.search(page)
    assert kernel
    ending = f"voila/api/shutdown/{kernel[1]}"
    assert served.ask(ending, jar=jar, method="POST", headers={"Sec-Fetch-Site": "cross-site"})
    (process,) = _settled(served)
    assert b"VOILA_" in _content(process / "environ")
    assert psutil.Process(int(process.name)).rlimit(psutil.RLIMIT_AS)[0] == 4 * 2**30
    assert TOKEN.split()[0].encode() not in _content(process / "environ")
    assert "token=" not in page
    assert served.ask(ending, method="POST")[0] == 403
    assert served.ask(ending, jar=jar, method="POST") == (204, "")
    assert served.kernels() == []


def _settled(served: Served) -> list[Path]:
    """Return the kernels once one is left; the one kept ready may still be ending."""
    end = time.monotonic() + 60
    while len(served.kernels()) > 1 and time.monotonic() < end:
        time.sleep(0.1)
    return served.kernels()


def test_wrong_tokens_are_throttled() -> None:
    """After ten, not even the right one is taken for a minute; another address may go on."""
    access = Access(token=TOKEN, parent=None)
    mine, other = SimpleNamespace(remote_ip="10.0.0.1"), SimpleNamespace(remote_ip="10.0.0.2")
    assert access.accept(mine, TOKEN)
    for number in range(10):
        assert not access.accept(mine, f"wrong {number}")
    assert not access.accept(mine, TOKEN) and access.accept(other, TOKEN)


def test_a_server_ends_cleanly(tmp_path: Path) -> None:
    """After signals, even two while a page opens: exit code 0, no kernel and no file is left."""
    running = Served(tmp_path)
    with socket.create_connection(("127.0.0.1", urllib.parse.urlsplit(running.address).port)) as s:
        s.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n\r\n")
        while not running.kernels():
            time.sleep(0.05)
        running.process.send_signal(signal.SIGINT)
        running.process.send_signal(signal.SIGTERM)
        running.process.communicate(timeout=60)
    assert running.process.returncode == 0
    assert running.kernels() == []
    assert list(tmp_path.iterdir()) == []


def test_a_server_without_visitors_ends(tmp_path: Path) -> None:
    """A server of this machine serves no proxy and no other host name, and ends at a signal."""
    running = Served(tmp_path)
    assert running.ask(headers={"X-Forwarded-For": "10.0.0.1"})[0] == 403
    assert running.ask("healthz", host="somewhere.org")[0] == 200
    assert running.ask(host="somewhere.org")[0] == 403
    running.process.send_signal(signal.SIGTERM)
    running.process.communicate(timeout=20)
    assert running.process.returncode == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("token", [None, "", "short"])
def test_a_public_address_needs_a_token(token: str | None) -> None:
    """Without a token of some length the command fails with a reason and exit code 2."""
    with socket.create_server(("", 0)) as taken:  # otherwise it would serve for ever
        options = ["app", "--host", "0.0.0.0", "--port", str(taken.getsockname()[1])]
        done = CliRunner().invoke(app, options, env={"FORECAST_TOKEN": token})
    assert done.exit_code == 2
    assert "0.0.0.0" in done.output and "FORECAST_TOKEN" in done.output


def test_a_port_in_use_is_an_error() -> None:
    """The error names the port, the system's reason and the remedy."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServingError, match=rf"in use .*{port}.*--port"):
            serve({"language": "en"}, port=port)


def test_bad_options_are_refused_at_once() -> None:
    """A region without a plan and an invalid date are errors of the data: exit code 3."""
    for options in (["--region", "nowhere"], ["--as-of", "2022-13-01"]):
        done = CliRunner().invoke(app, ["app", *options])
        assert done.exit_code == 3 and options[1] in done.output
