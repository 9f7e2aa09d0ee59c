"""The process that opens what others made: it answers one request after another until its parent is gone.

Runs as `python -c` with three file descriptors: a socket for messages, memory for arrays, and a pipe that nobody ever
writes to. When the parent dies, in whatever way, the pipe closes, and the system ends this process by a signal: not
even a native library that never returns can hold it.
"""

from __future__ import annotations

import fcntl
import importlib
import json
import os
import resource
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from cleancut.adapters.apart_memory import Writer
from cleancut.adapters.apart_messages import packed
from cleancut.errors import CleancutError, InputError
from cleancut.match.picture import Frame
from cleancut.model.timing import Span
from cleancut.ports import NoPicture, Readers, Unreadable

Message = dict[str, Any]

PIXELS_CAP = 140_000_000
"""Films of larger frames are refused: 16K is 132 megapixels. The main process keeps several frames at once."""


def main() -> None:
    """Serve until the parent closes the socket."""
    socket, memory, life = (int(text) for text in sys.argv[1:4])
    fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(life, fcntl.F_SETFL, fcntl.fcntl(life, fcntl.F_GETFL) | os.O_ASYNC)
    with suppress(OSError):  # where memory runs out all the same, this process goes first
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    line = Connection(socket)
    start = json.loads(line.recv_bytes())
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold pictures
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))  # memory without a name counts as a file
    resource.setrlimit(resource.RLIMIT_DATA, (start["memory_bytes"], start["memory_bytes"]))
    with suppress(EOFError, OSError):
        _Service(line, Writer(memory), start).serve()


class _Service:
    def __init__(self, line: Connection, memory: Writer, start: Mapping[str, Any]) -> None:
        self._line, self._memory, self._start = line, memory, start
        self._readers: Readers | None = None
        self._waits = False  # to be told what was taken
        self._calls: dict[str, Callable[[Path, Message], None]] = {
            "pages": lambda path, asked: self._say(done=self._made.stills.pages(path)),
            "size": lambda path, asked: self._say(done=self._made.stills.size(path, asked["page"])),
            "still": self._still,
            "clip": self._clip,
            "layout": lambda path, asked: self._say(done=packed(self._made.clips.layout(path))),
            "pick": self._pick,
            "sound": self._sound,
            "mark": lambda path, asked: self._say(done=packed(self._made.marks.read(path))),
            "frames": self._frames,
            "picture": self._picture,
        }

    def serve(self) -> None:
        self._answer(lambda: self._say(done=bool(self._made)))
        while True:
            asked = json.loads(self._line.recv_bytes())
            if asked["ask"] not in ("more", "stop", "go"):  # those: said before what they answer had ended
                self._memory.empty()
                self._answer(partial(self._call, asked))

    def _call(self, asked: Message) -> None:
        if asked["folder"]:
            os.chdir(asked["folder"])
        self._calls[asked["ask"]](Path(asked["path"]), asked)

    def _answer(self, act: Callable[[], None]) -> None:
        try:
            act()
        except NoPicture as problem:
            self._say(refused="no picture", reason=problem.reason, hint=problem.hint)
        except Unreadable as problem:
            self._say(refused="unreadable", reason=problem.reason, hint=problem.hint)
        except CleancutError as error:
            self._say(refused="error", reason=error.message, hint=error.hint, is_input=isinstance(error, InputError))
        except MemoryError:
            self._say(refused="memory", reason="", hint="")
        except (EOFError, BrokenPipeError):
            raise
        except Exception as error:  # a reader promises otherwise; what it did not foresee is the file's doing too
            self._say(refused="unreadable", reason=f"its reader failed: {type(error).__name__}: {error}", hint="")

    @property
    def _made(self) -> Readers:
        """The readers, made when first asked for; what is wrong with a setting is an answer like others."""
        if self._readers is None:
            module, _, name = self._start["readers"].partition(":")
            self._readers = getattr(importlib.import_module(module), name)(**self._start["arguments"])
        assert self._readers is not None
        return self._readers

    def _still(self, path: Path, asked: Message) -> None:
        frame = self._made.stills.read(path, asked["page"])
        about = _about(frame)
        self._say(done=about, array=self._memory.put(frame.luma))

    def _frames(self, path: Path, asked: Message) -> None:
        self._say(done=packed(self._made.pictures.of_video(path, asked["frames"], asked["width"])))

    def _picture(self, path: Path, asked: Message) -> None:
        self._say(done=packed(self._made.pictures.of_still(path, asked["width"], asked["page"])))

    def _clip(self, path: Path, asked: Message) -> None:
        with self._made.clips.open(path, asked["width"]) as reading:
            _refuse_larger(reading.info.height, reading.info.width)
            self._say(done=packed(reading.info))
            if self._is_told_to_go():
                for frame in reading:
                    _refuse_larger(*frame.luma.shape)
                    about = _about(frame)
                    if not self._pass_on(frame.luma, about):
                        break
            self._say(end={"info": packed(reading.info), "losses": packed(reading.losses)})

    def _pick(self, path: Path, asked: Message) -> None:
        spans = [Span(first, end) for first, end in asked["spans"]]
        with self._made.clips.pick(path, spans, asked["width"]) as picking:
            self._say(done=True)
            if self._is_told_to_go():
                for index, frame in picking:
                    _refuse_larger(*frame.luma.shape)
                    if not self._pass_on(frame.luma, {"index": index, **_about(frame)}):
                        break
            self._say(end={"losses": packed(picking.losses)})

    def _sound(self, path: Path, asked: Message) -> None:
        with self._made.sounds.open(path, asked["rate"]) as hearing:
            about = (hearing.tracks, hearing.start_timecode, hearing.start_seconds, hearing.seconds_stated)
            self._say(done=packed(about))
            if self._is_told_to_go():
                for track, samples in hearing:
                    if not self._pass_on(samples, track):
                        break
            self._say(end={"losses": packed(hearing.losses)})

    def _is_told_to_go(self) -> bool:
        self._waits = False
        return bool(json.loads(self._line.recv_bytes())["ask"] == "go")

    def _pass_on(self, array: NDArray[Any], about: Any) -> bool:
        """Send one array as soon as there is place for it. False where no more are wanted.

        How much was taken is asked now and then only: a message takes about as long as a small picture.
        """
        while (is_full := not self._memory.fits(array)) or (self._waits and self._line.poll(0)):
            if is_full and not self._waits:
                self._say(waits=True)
            self._waits = False
            told = json.loads(self._line.recv_bytes())
            if told["ask"] == "stop":
                return False
            self._memory.free(told["taken"])
        place = self._memory.put(array)
        asks = not self._waits and self._memory.is_mostly_full
        self._waits = self._waits or asks
        self._say(item=about, array=place, waits=asks)
        return True

    def _say(self, **message: Any) -> None:
        self._line.send_bytes(json.dumps(message).encode())


def _about(frame: Frame) -> Message:
    return {"aspect": float(frame.aspect), "seconds": float(frame.seconds), "is_damaged": bool(frame.is_damaged)}


def _refuse_larger(height: int, width: int) -> None:
    if height * width > PIXELS_CAP:
        raise Unreadable(
            f"has frames of {width} x {height} pixels, over the cap of {PIXELS_CAP // 1_000_000} megapixels",
            "Export it at a smaller size; the scan needs no more than a few megapixels.",
        )


def arguments(socket: int, memory: int, life: int) -> list[str]:
    """The command that runs this process, without the folder it is run in on its path: that may be anybody's."""
    start = f"from {__name__} import main; main()"
    return [sys.executable, "-P", "-c", start, *map(str, (socket, memory, life))]
