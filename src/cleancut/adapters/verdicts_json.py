"""Earlier verdicts, read back from the verdict.json that a check wrote."""

from __future__ import annotations

import json
from pathlib import Path

from cleancut.errors import FieldError, InputError
from cleancut.model.past import PastVerdict, past_verdict

_HINT = "give the verdict.json of an earlier check, or its folder"
_LARGEST_BYTES = 512 * 1024 * 1024


class JsonVerdicts:
    """Reads verdicts from files."""

    def read(self, path: Path) -> PastVerdict:
        """The verdict of that file, or of the folder that a check wrote. Raises `InputError`, naming file and key."""
        file = path / "verdict.json" if path.is_dir() else path
        try:
            if file.stat().st_size > _LARGEST_BYTES:
                raise InputError(f"{file}: is larger than any verdict", _HINT)
            record = json.loads(file.read_bytes())
        except OSError as error:
            raise InputError(f"{file}: cannot be read: {(error.strerror or str(error)).lower()}", _HINT) from None
        except (ValueError, RecursionError):
            raise InputError(f"{file}: is not JSON", _HINT) from None
        try:
            return past_verdict(record)
        except FieldError as error:
            at = ".".join(map(str, error.path)) or "the whole"
            raise InputError(f"{file}: {at}: {error.message}", error.hint or _HINT) from None
