"""Every error Cleancut raises on purpose, in one tree.

Each carries a `message` (what is wrong, and where), a `hint` (the way out) and a stable `code` that scripts may test.
`exit_code` says whose turn it is: 2 the caller's input, 3 something outside. Problems *inside* the material of a scan
are findings, not errors: see `model.findings.Unexamined`.
"""

from __future__ import annotations


class CleancutError(Exception):
    """Root of the tree. `str(error)` is the message alone; faces print the hint on a line of its own."""

    code = "error"
    exit_code = 3

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InputError(CleancutError):
    """What the caller gave cannot be used; nothing was written."""

    code = "input"
    exit_code = 2


class DossierError(InputError):
    """A dossier or facts file is malformed: the message names file, line, column and key."""

    code = "dossier"


class SheetError(InputError):
    """A spreadsheet that cannot be read, or rows of one that cannot be imported; nothing was written."""

    code = "sheet"


class FieldError(DossierError):
    """One field of a record is wrong. `path` leads to it (keys and list places); faces add file, line and column."""

    def __init__(self, path: tuple[str | int, ...], message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.path = path


class UnknownId(InputError):
    """An id (fact, tool, consent, material, pack …) that nothing defines."""

    code = "unknown-id"


class PackError(InputError):
    """A rule pack that does not load, or whose examples fail."""

    code = "pack"


class MediaError(InputError):
    """A media file the job cannot go on without (the master) yields nothing."""

    code = "media"


class OutputError(InputError):
    """The place to write to is not ours, or cannot be written."""

    code = "output"


class VersionMismatch(InputError):
    """Fingerprints of two engine versions were about to be mixed."""

    code = "version-mismatch"


class OutsideError(CleancutError):
    """Something outside Cleancut failed: disk full, a library refused, a process died."""

    code = "outside"
    exit_code = 3


class Interrupted(CleancutError):
    """The user stopped the work (Ctrl-C); what was done is kept where resuming is possible."""

    code = "interrupted"
    exit_code = 130
