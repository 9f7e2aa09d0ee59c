"""A headless Chromium driven over a pipe (Chrome DevTools Protocol), without any library and without a network."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
    *("--remote-debugging-pipe", "--host-resolver-rules=MAP * ~NOTFOUND"),
)


def program() -> str:
    """The browser's path. Fails where there is none: a report nobody looked at is not tested."""
    for name in PROGRAMS:
        if path := shutil.which(name):
            return path
    raise AssertionError("no Chromium on PATH; install it (sh scripts/debian-packages) and run the test again")


class Page:
    """One page. `requests` are the addresses it asked for, `complaints` what it wrote to its console or threw."""

    def __init__(self, send: Callable[..., dict[str, Any]], session: str) -> None:
        self._send, self._session = send, session
        self.requests: list[str] = []
        self.complaints: list[str] = []

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        return self._send(method, params, self._session, self.heard)

    def heard(self, event: dict[str, Any]) -> None:
        method, params = event.get("method"), event.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Log.entryAdded":
            self.complaints.append(params["entry"]["text"])
        elif method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
            self.complaints.append(json.dumps(params)[:500])

    def size(self, width: int, height: int, *, dark: bool = False, media: str = "screen") -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", media=media, features=scheme)

    def open(self, path: Path) -> None:
        self.call("Page.navigate", url=path.as_uri())
        for _ in range(200):
            if self.run("document.readyState") == "complete":
                return
        raise AssertionError(f"{path} did not load")

    def run(self, script: str, *, by_person: bool = False) -> Any:
        """The value of a script, run by the debugger; the page's own policy does not apply to it. `by_person`: as if
        somebody had pressed something, without which no browser plays."""
        given = {"returnByValue": True, "awaitPromise": True, "userGesture": by_person}
        done = self.call("Runtime.evaluate", expression=script, **given)
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def press(self, key: str, **more: Any) -> None:
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, **more)

    def read_out(self) -> list[tuple[str, str, int]]:
        """What a screen reader is given, in the order of reading: role, name, and the level of a heading or 0."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        by_id, todo, told = {node["nodeId"]: node for node in nodes}, nodes[:1], []
        while todo:
            node = todo.pop()
            if not node.get("ignored"):
                role, name = node["role"]["value"], node.get("name", {}).get("value", "")
                levels = [p["value"]["value"] for p in node.get("properties", []) if p["name"] == "level"]
                told.append((role, name, int(levels[0]) if role == "heading" and levels else 0))
            todo += [by_id[child] for child in reversed(node.get("childIds", [])) if child in by_id]
        return told

    def picture(self, selector: str = "html") -> bytes:
        """A PNG of the first element that the selector finds, whole."""
        box = self.run(
            f"(() => {{ const r = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
            "return {x: r.x + scrollX, y: r.y + scrollY, width: r.width, height: r.height, scale: 1}; })()"
        )
        done = self.call("Page.captureScreenshot", clip=box, captureBeyondViewport=True)
        return base64.b64decode(done["data"])

    def printed(self) -> bytes:
        self.call("Emulation.setEmulatedMedia", media="")
        done = self.call(
            "Page.printToPDF", preferCSSPageSize=True, printBackground=False, paperWidth=8.27, paperHeight=11.7
        )
        return base64.b64decode(done["data"])


@contextmanager
def page() -> Iterator[Page]:
    """A page in a browser of its own, with an empty profile."""
    to_read, to_write = os.pipe()
    from_read, from_write = os.pipe()
    # A browser that was told to go may still write to its profile.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # The protocol's pipe is file descriptors 3 and 4 of the browser.
        script = 'exec 3<&$1 4>&$2; shift 2; exec "$@"'
        command = [
            "bash",
            "-c",
            script,
            "-",
            str(to_read),
            str(from_write),
            program(),
            *FLAGS,
            f"--user-data-dir={profile}",
        ]
        process = subprocess.Popen(
            command, pass_fds=(to_read, from_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(to_read)
        os.close(from_write)
        try:
            with os.fdopen(to_write, "wb", buffering=0) as out, os.fdopen(from_read, "rb") as back:
                yield _first_page(out, back)
        finally:
            process.terminate()
            process.wait(20)


def _first_page(out: Any, back: Any) -> Page:
    count = 0

    def send(
        method: str, params: dict[str, Any], session: str = "", heard: Callable[[dict[str, Any]], None] | None = None
    ) -> dict[str, Any]:
        nonlocal count
        count += 1
        message = {"id": count, "method": method, "params": params, **({"sessionId": session} if session else {})}
        out.write(json.dumps(message).encode() + b"\0")
        while True:
            text = bytearray()
            while (byte := back.read(1)) != b"\0":
                assert byte, "the browser ended"
                text += byte
            answer = json.loads(text)
            if answer.get("id") == count:
                assert "error" not in answer, answer
                return dict(answer["result"])
            if heard:
                heard(answer)

    target = send("Target.createTarget", {"url": "about:blank"})["targetId"]
    session = send("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
    made = Page(send, session)
    for domain in ("Page", "Network", "Log", "Runtime"):
        made.call(f"{domain}.enable")
    return made
