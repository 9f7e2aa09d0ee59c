"""Cleancut: generative-AI clearance for film and series.

    import cleancut
    checked = cleancut.check("my-film/dossier.yaml", on=date(2026, 11, 20), out="my-film-report")
    print(checked.verdict.word)

`docs/reference/python.md` lists what is here. Names load when they are first used, so that importing this is quick;
`__init__.pyi` gives their types.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Module -> the public names it gives. A test keeps this and the types to each other.
_PUBLIC = {
    "cleancut.faces.python": ("check", "decide", "scan"),
    "cleancut.wiring": ("Settings",),
    "cleancut.ports": ("Progress",),
    "cleancut.usecases.check": ("Checked",),
    "cleancut.model.verdict": ("Attributed", "EvidenceLine", "Standing", "Step", "Verdict"),
    "cleancut.model.decisions": ("Clause", "Contradiction", "Decision", "OpenQuestion", "PackName", "Ruling", "WayOut"),
    "cleancut.model.findings": (
        "Coverage",
        "Engine",
        "Finding",
        "Master",
        "Scan",
        "SoundFile",
        "Transform",
        "Unexamined",
        "UnexaminedMaterial",
    ),
    "cleancut.model.timing": ("Clock", "Rate", "Span"),
    "cleancut.model.material": ("Material",),
    "cleancut.model.marks": ("Mark",),
    "cleancut.model.dossier": ("Dossier", "Tool", "Use"),
    "cleancut.model.changes": ("Caveat", "Changes", "Difference", "FindingChange", "Place", "UseChange"),
    "cleancut.errors": (
        "CleancutError",
        "DossierError",
        "FieldError",
        "InputError",
        "MediaError",
        "OutputError",
        "OutsideError",
        "PackError",
        "SheetError",
        "UnknownId",
        "VersionMismatch",
    ),
}
_HOME = {name: module for module, names in _PUBLIC.items() for name in names}

__all__ = ["__version__", *sorted(_HOME)]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'cleancut' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
