"""Cleancut from Python: `import cleancut`, then `cleancut.check`, `cleancut.scan`, `cleancut.decide`.

They do what the commands of the same names do, and give records instead of text. Records are frozen; `record()` of a
verdict, decision, scan or changes gives what the JSON files hold. Every error is a `CleancutError`, with a message, a
hint and a code; Ctrl-C stays `KeyboardInterrupt`, and the next run goes on from what was done. `import cleancut` loads
nothing else; the first call loads what it needs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from cleancut.errors import InputError, OutsideError

if TYPE_CHECKING:
    from cleancut.model.decisions import Decision
    from cleancut.model.findings import Scan
    from cleancut.model.timing import Rate
    from cleancut.ports import Progress
    from cleancut.usecases.check import Checked
    from cleancut.wiring import App, Settings

AnyPath: TypeAlias = "str | os.PathLike[str]"

_BLAS_THREADS = "OPENBLAS_NUM_THREADS"


def check(
    dossier: AnyPath,
    *,
    on: date,
    out: AnyPath | None = None,
    since: AnyPath | None = None,
    frames: bool = True,
    prompts: bool = True,
    fast: bool = False,
    progress: Progress | None = None,
    settings: Settings | None = None,
) -> Checked:
    """Decide every use of a dossier, register its material, scan its deliverable: `.verdict` holds everything.

    `on` is the day to judge on. With `out`, a folder, everything that the command writes is written there as a whole;
    `frames` and `prompts` False leave evidence pictures and prompts out of it. With `since`, an earlier verdict.json or
    its folder, `.changes` says what is another. With `fast`, most of the picture is left out: see `scan`. Problems
    inside the material are findings, not errors.
    """
    with _own_errors():
        from cleancut.ports import RenderOptions
        from cleancut.usecases.check import check as run
        from cleancut.wiring import Settings

        used = settings or Settings.of_environment()
        options = RenderOptions(frames=frames, prompts=prompts, language=used.language)
        earlier = None if since is None else Path(since)
        folder = None if out is None else Path(out)
        return run(_app(used).check, Path(dossier), on, folder, options, _told(progress), earlier, fast=fast)


def scan(
    master: AnyPath,
    material: AnyPath,
    *,
    sound: Sequence[AnyPath] = (),
    rate: Rate | str | None = None,
    sequences: Sequence[str] = (),
    fast: bool = False,
    progress: Progress | None = None,
    settings: Settings | None = None,
) -> Scan:
    """Look and listen in a film or a sound file for every still, clip and sound of the folder `material`.

    `sound` are files delivered beside the master. `rate`, such as "24000/1001", is that of a master without pictures.
    `sequences` are patterns of numbered stills that are one shot. With `fast`, of the picture key frames are looked at,
    and closely only what lies around those that show something; the rest is not examined. `.coverage` says what was not
    examined: an empty `.findings` means nothing without it.
    """
    with _own_errors():
        from cleancut.usecases.register import register
        from cleancut.usecases.scan import picture_rate
        from cleancut.usecases.scan import scan as run
        from cleancut.usecases.sequences import Declared

        wired, told, stated = _app(settings), _told(progress), _rate(rate)
        path, beside = Path(master), tuple(map(Path, sound))
        registered = register(
            wired.register,
            Path(material),
            exclude=(path, *beside),
            sequences=[Declared(pattern) for pattern in sequences],
            rate=picture_rate(wired.scan, path) or stated,
            progress=told,
        )
        return run(wired.scan, path, registered, told, sound=beside, rate=stated, fast=fast)


def decide(facts: Mapping[str, Any] | AnyPath, *, pack: str = "", settings: Settings | None = None) -> Decision:
    """Decide one use from its facts: a mapping of fact id to answer ("yes", "no", "unsure", lists of words), or a YAML
    file of one. The pack is the one named, else the `buyer` fact's, else netflix."""
    with _own_errors():
        from cleancut.usecases.dossier import read_facts
        from cleancut.usecases.judge import decide as run

        wired = _app(settings)
        if isinstance(facts, Mapping):
            answers = wired.packs.catalogue.read(facts, accept_derived=True)
        else:
            answers = read_facts(wired.documents, wired.packs.catalogue, Path(facts))
        return run(wired.packs, answers, pack)


def _app(settings: Settings | None) -> App:
    with _one_blas_thread():
        from cleancut.wiring import Settings, app

        return app(settings or Settings.of_environment())


@contextmanager
def _one_blas_thread() -> Iterator[None]:
    """While numpy loads, as the command does: many small products spread over threads wait for each other, and a scan
    takes several times as long. Where numpy is loaded already, or somebody chose, it stays as it is."""
    if "numpy" in sys.modules or _BLAS_THREADS in os.environ:
        yield
        return
    os.environ[_BLAS_THREADS] = "1"
    try:
        yield
    finally:
        del os.environ[_BLAS_THREADS]


def _told(progress: Progress | None) -> Progress:
    from cleancut.faces.progress import Silent

    return progress or Silent()


def _rate(rate: Rate | str | None) -> Rate | None:
    from cleancut.model.timing import Rate

    if not isinstance(rate, str):
        return rate
    try:
        return Rate.parse(rate)
    except ValueError as error:
        raise InputError(str(error), "write it as a fraction: 24/1, 24000/1001") from None


@contextmanager
def _own_errors() -> Iterator[None]:
    """What the system refuses comes out as an error of ours."""
    try:
        yield
    except (OSError, MemoryError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise OutsideError(reason.lower(), "make room, or check the rights, and try again") from error
