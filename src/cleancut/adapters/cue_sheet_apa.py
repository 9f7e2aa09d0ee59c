"""The cue sheet in the fields that the Archival Producers Alliance asks of a cue sheet for generative AI.

Its tool kit names them in "10 Questions to Consider Before Using Generative AI in Your Documentary"
(archivalproducersalliance.com/tool-kit-for-documentaries/start-with-10-questions): description and timecode of every
use, prompts and software, the underlying source material, and its copyright status. A line says too whether the use is
covered and what is not known of it, for a row of that sheet must not look more settled than it is.
"""

from __future__ import annotations

from cleancut.adapters.cue_sheet_rows import CueRow
from cleancut.adapters.languages import Worded, worded

# Field of a row of the cue sheet -> head of the column here.
APA_COLUMNS: Worded[str] = Worded(
    {
        "cue": "Cue",
        "timecode_in": "Timecode in",
        "timecode_out": "Timecode out (exclusive)",
        "duration": "Duration",
        "what": "Description of the generative AI use",
        "medium": "Medium",
        "prompts": "Prompts",
        "tools": "Software and version",
        "sources": "Underlying source material",
        "source_rights": "Copyright status of the underlying source material",
        "attribution": "Attribution",
        "kind": "Found",
        "notes": "Notes",
    }
)


def apa_cells(row: CueRow) -> dict[str, str]:
    """One row in these fields; what nobody stated of a use is said to be so, never left blank."""
    cells = {name: getattr(row, name) for name in APA_COLUMNS}
    if row.use:
        for name in ("prompts", "tools", "sources", "source_rights"):
            cells[name] = cells[name] or worded("not stated")
    return cells
