"""Who may open the served desk: token and cookie, and requests that start no desk.

The token is entered in a form, or given once with the address; from then on a signed cookie that
ends with the server stands for it. Only a page that a person opens starts a desk.
"""

from __future__ import annotations

import asyncio
import hmac
import html
import math
import time
from collections.abc import Mapping
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.auth.identity import PasswordIdentityProvider, User
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.httputil import HTTPServerRequest
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.voila_identity_provider import VoilaLoginHandler

from ..errors import N_
from ..i18n.catalog import gettext

__all__ = ["POLICY", "Access", "DeskHandler", "Ending", "Health", "Throttle", "log_request"]

PROXY_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")
PATIENCE = 20
"""Quarters of a second that a visitor waits for a desk that is being closed."""
PROBES = ("probe", "health", "check", "monitor", "uptime", "blackbox")
"""Parts of the names by which programs that watch servers call themselves."""
POLICY = "; ".join(
    (
        "default-src 'self'",
        # The browser loads anywidget's modules from blob: and data: addresses.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
"""Content security policy: nothing is fetched from, sent to or shown in another site."""
NOTE = """\
<!DOCTYPE html>
<html lang="{language}">
<meta charset="utf-8">{again}
<title>{title}</title>
<link rel="icon" href="data:;base64,=">
<body style="font: 1.1em sans-serif; max-width: 30em; margin: 15vh auto">
<h1>{title}</h1>
<p>{text}</p>
<p><a href="{address}">{link}</a></p>
"""
TITLE, LINK = N_("The planner's desk"), N_("Open the desk")
FULL = N_(
    "All {most} desks are in use. Try again in some minutes, or close a desk that is no longer "
    "needed; it ends with its page."
)
PROXIED = N_(
    "This desk is for its own machine only. To use it through a proxy, start it with --base-url."
)
BUSY = N_("Too many wrong tokens. Try again in {seconds} s.")


class Throttle:
    """Counts wrong tokens by address; after `most` an address waits until they are old.

    >>> throttle = Throttle(most=2, seconds=60)
    >>> throttle.count("10.0.0.1", now=0.0), throttle.count("10.0.0.1", now=1.0)
    (None, None)
    >>> throttle.wait("10.0.0.1", now=2.0), throttle.wait("10.0.0.2", now=2.0)
    (58, 0)
    >>> throttle.wait("10.0.0.1", now=61.0)
    0
    """

    def __init__(self, most: int = 10, seconds: int = 60) -> None:
        self.most, self.seconds = most, seconds
        self._wrong: dict[str, list[float]] = {}

    def count(self, address: str, now: float | None = None) -> None:
        """Remember a wrong token."""
        now = time.monotonic() if now is None else now
        recent = {a: w for a, w in self._wrong.items() if w[-1] > now - self.seconds}
        self._wrong = recent | {address: [*recent.get(address, [])[-self.most :], now]}

    def wait(self, address: str, now: float | None = None) -> int:
        """Return the seconds that an address has to wait, 0 if it need not."""
        now = time.monotonic() if now is None else now
        wrong = [at for at in self._wrong.get(address, []) if at > now - self.seconds]
        return math.ceil(wrong[-self.most] + self.seconds - now) if len(wrong) >= self.most else 0


class Access(PasswordIdentityProvider):
    """Knows a visitor by the token, compared in constant time, then by a cookie."""

    parent: Any

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"login_handler_class": Login})
        self.throttle = Throttle()
        self.cookie_options = {"samesite": "Lax"}

    def get_handlers(self) -> list[tuple[str, object]]:
        """Return the login form, below the server's base address."""
        return [(url_path_join(self.parent.base_url, "login"), self.login_handler_class)]

    def accept(self, request: HTTPServerRequest, given: str) -> bool:
        """Return whether a token is right; of an address with many wrong ones, none is."""
        address = str(request.remote_ip)
        right = hmac.compare_digest(given.encode(), self.token.encode())
        if self.throttle.wait(address):
            return False
        if not right:
            self.throttle.count(address)
        return right

    async def get_user_token(self, handler: web.RequestHandler) -> User | None:
        """Return the user of a token in the address or a header; it is removed from the request."""
        given, request = self.get_token(handler), handler.request
        if "token" in request.arguments:
            request.arguments.pop("token")
            request.query_arguments.pop("token", None)
            request.uri, request.query = request.path, ""
            handler.given_token = True  # type: ignore[attr-defined]
        if not self.token or not given or not self.accept(request, given):
            return None
        known = self.get_user_cookie(handler)
        return known if isinstance(known, User) else self.generate_anonymous_user(handler)

    def process_login_form(self, handler: web.RequestHandler) -> User | None:
        """Return the user of a token that was entered in the form."""
        if not self.token or self.accept(handler.request, handler.get_argument("password", "")):
            return self.generate_anonymous_user(handler)
        return None


class Login(VoilaLoginHandler):  # type: ignore[misc]
    """The form for the token."""

    @allow_unauthenticated
    def post(self) -> None:
        """Take a token, unless too many of this address were wrong."""
        if seconds := self.identity_provider.throttle.wait(str(self.request.remote_ip)):
            self.set_status(429)
            self.set_header("Retry-After", seconds)
            _show(self, BUSY, seconds=seconds)
        else:
            super().post()


class DeskHandler(TornadoVoilaHandler):  # type: ignore[misc]
    """The desk's page; starts a desk only where a browser opens it for a person."""

    @web.authenticated
    async def get(self, path: str | None = None) -> None:
        """Write the page, or a note why it is not opened."""
        request, headers = self.request, self.request.headers
        foreign = _is_foreign(headers)
        if self.settings["own_machine"] and any(name in headers for name in PROXY_HEADERS):
            self.set_status(403)
            _show(self, PROXIED)
        elif getattr(self, "given_token", False):
            self.redirect(request.path)
        elif "Sec-Purpose" in headers or (foreign and headers.get("Sec-Fetch-Dest") != "document"):
            self.set_status(403)
            _show(self)
        elif foreign or not _opens_page(headers):
            _show(self, again=0 if foreign else None)
        elif not path and not await self._admit():
            self.set_status(503)
            self.set_header("Retry-After", 60)
            _show(self, FULL, again=30, most=self.kernel_manager.parent.most)
        else:
            try:
                await super().get(path)
            finally:
                self.kernel_manager.opening.discard(asyncio.current_task())

    @allow_unauthenticated
    def head(self, path: str | None = None) -> None:
        """Answer without a page."""

    def should_use_rendered_notebook(self, _data: object, pool_size: int, *_: object) -> bool:
        """Return whether a desk is kept ready: also one that is starting, which is waited for."""
        if pool_size > 0:
            self.kernel_manager.hand_over()
        return pool_size > 0

    async def _admit(self) -> bool:
        """Return whether one more desk may open; one that is being closed is waited for."""
        for _ in range(PATIENCE):
            if self.kernel_manager.admit():
                return True
            await asyncio.sleep(0.25)
        return False


class Ending(VoilaShutdownKernelHandler):  # type: ignore[misc]
    """Ends the desk of a page that is closed: its last message, which has no time for a form."""

    def check_xsrf_cookie(self) -> None:
        """Require no token of a form: the cookie is not sent by other sites."""

    @web.authenticated
    async def post(self, kernel_id: str) -> None:
        """End a desk; one that has ended already is no fault."""
        if kernel_id in self.kernel_manager and not _is_foreign(self.request.headers):
            await self.kernel_manager.shutdown_kernel(kernel_id, now=True)
            self.kernel_manager.make_ready()
        self.set_status(204)


class Health(web.RequestHandler):
    """Answers a probe, which starts no desk; a page that knows its kernel learns if it lives."""

    def get(self, kernel_id: str | None = None) -> None:
        """Write that the server answers; 404 where a desk has ended."""
        self.set_header("Content-Type", "text/plain")
        self.set_header("Cache-Control", "no-store")
        lives = kernel_id is None or self.settings["kernel_manager"].lives(kernel_id)
        self.set_status(200 if lives else 404)
        self.write("ok\n" if lives else "ended\n")

    def head(self, kernel_id: str | None = None) -> None:
        """Answer without content."""


def log_request(handler: web.RequestHandler) -> None:
    """Keep requests out of the log: their addresses may have a token."""


def _is_foreign(headers: Mapping[str, str]) -> bool:
    """Return whether a page of another site, or of another port, made a request."""
    return headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")


def _opens_page(headers: Mapping[str, str]) -> bool:
    """Return whether a request is of a browser that opens a page, and of no program that watches.

    >>> _opens_page({"Accept": "text/html,*/*"}), _opens_page({"Accept": "*/*"})
    (True, False)
    """
    accepted, agent = headers.get("Accept"), headers.get("User-Agent", "").casefold()
    if accepted is None:
        return not any(word in agent for word in PROBES)
    return "text/html" in accepted


def _show(handler: Any, text: str = "", *, again: int | None = None, **gaps: object) -> None:
    """Write a note in the desk's language; after `again` seconds the page opens the desk."""
    language, address = handler.settings["language"], html.escape(handler.request.path)
    url = f"0; url={address}" if again == 0 else again  # without one the fragment is kept
    refresh = "" if again is None else f'\n<meta http-equiv="refresh" content="{url}">'
    handler.set_header("Content-Type", "text/html; charset=utf-8")
    handler.finish(
        NOTE.format(
            language=language, again=refresh, title=html.escape(gettext(TITLE, language)),
            text=html.escape(gettext(text, language).format(**gaps)) if text else "",
            address=address, link=html.escape(gettext(LINK, language)),
        )
    )  # fmt: skip
