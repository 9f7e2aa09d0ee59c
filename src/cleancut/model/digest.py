"""Digests: the cryptographic identity of bytes and of records.

Records are digested as canonical JSON (RFC 8785), so that any program in any language gets the same digest.
rfc8785 is the one library this room allows itself; docs/adr/0003 says why.
"""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785

PREFIX = "sha256:"
SHORTEST_PREFIX = 12


def digest_of_bytes(data: bytes) -> str:
    """`sha256:` and 64 hexadecimal digits."""
    return PREFIX + hashlib.sha256(data).hexdigest()


def digest_of(record: Any) -> str:
    """The digest of a JSON-like value in canonical form. Refuses what JSON cannot hold exactly, such as NaN."""
    return digest_of_bytes(rfc8785.dumps(record))


def names_digest(written: str, digest: str) -> bool:
    """Whether what a person wrote (the digest, or its first 12 hexadecimal digits or more) names this digest."""
    typed, full = written.strip().lower().removeprefix(PREFIX), digest.removeprefix(PREFIX)
    return len(typed) >= SHORTEST_PREFIX and full.startswith(typed)
