#!/usr/bin/env python3
"""Collect sound with stated licences, split by source, for the sound bench.

usage: sound_corpus.py --work FOLDER      (or CLEANCUT_BENCH_WORK)

Music, effects, atmospheres and recorded speech come from Debian packages, which are downloaded and unpacked below
`FOLDER/corpus`; nothing is installed from them. Speech is synthesised by espeak-ng and festival from sentences made
here, drum patterns are sequenced here from drum-kit packages, and MIDI pieces are rendered with soundfont packages.

Two splits, `develop` and `report`, share no package, no voice and no artist named in tags. `corpus.json` records for
each file: package, version, licence, digest, kind, title, artist, length. Licences are those that the package's own
copyright file states, for the file where a pattern there fits its name, else for the package.

Needs on PATH: apt-get, dpkg-deb, ffmpeg, ffprobe, fpcalc, espeak-ng, text2wave, timidity.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from sound_makers import drummed, played, spoken, weather
from sound_packages import Sound, of_package
from sound_peers import Landmarks

# Which package serves which split. A package is one source, except where `VOICES` or tags say more.
MUSIC = {
    "develop": [
        "wesnoth-1.16-music",
        "hyperrogue-music",
        "extremetuxracer-data",
        "pingus-data",
        "lincity-ng-data",
        "frozen-bubble-data",
        "trackballs-data",
        "asc-music",
        "singularity-music",
        "boswars-data",
    ],
    "report": [
        "supertux-data",
        "warzone2100-music",
        "freedroidrpg-data",
        "megaglest-data",
        "hedgewars-data",
        "endless-sky-data",
        "starfighter-data",
        "zaz-data",
        "xmoto-data",
        "flare-game",
        "marsshooter-data",
        "openclonk-data",
        "freeorion-data",
        "widelands-data",
        "drascula-music",
        "fillets-ng-data",
        "plee-the-bear-data",
        "lugaru-data",
        "enigma-data",
    ],
}
EFFECTS = {
    "develop": ["colobot-common-sounds", "hydrogen-drumkits-effects", "wesnoth-1.16-data", "sound-theme-freedesktop"],
    "report": ["sonic-pi-samples", "btanks-data", "lomiri-sounds"],
}
SPEECH = {
    "develop": ["asterisk-core-sounds-en-g722", "asterisk-core-sounds-ru-g722", "asterisk-core-sounds-es-g722"],
    "report": ["fillets-ng-data-cs", "asterisk-core-sounds-fr-g722", "asterisk-core-sounds-it-g722"],
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=os.environ.get("CLEANCUT_BENCH_WORK"))
    given = parser.parse_args()
    if given.work is None:
        parser.error("name --work, or set CLEANCUT_BENCH_WORK")
    for split in ("develop", "report"):
        sounds = collect(Path(given.work), split)
        for kind in sorted({s.kind for s in sounds}):
            mine = [s for s in sounds if s.kind == kind]
            print(f"{split:8} {kind:12} {len(mine):5} files {sum(s.seconds for s in mine) / 3600:7.2f} h")
    return 0


def collect(work: Path, split: str) -> list[Sound]:
    """Everything of one split, from its listing if that is there. Deterministic, given the same package versions.

    `report` leaves out what `develop` holds, by digest, by title and by artist, so `develop` is collected first.
    """
    listing = work / "corpus" / f"{split}.json"
    if listing.exists():
        return [Sound(**entry) for entry in json.loads(listing.read_text(encoding="utf-8"))["sounds"]]
    others = collect(work, "develop") if split == "report" else []
    sounds = []
    for package in [*MUSIC[split], *EFFECTS[split]]:
        sounds += of_package(work, package, split, None)
    for package in SPEECH[split]:
        sounds += of_package(work, package, split, "speech")
    sounds += [*spoken(work, split), *played(work, split), *weather(work, split)]
    sounds += [sound for sound in drummed(work) if sound.split == split]
    kept, dropped = without_doubles(sounds, others)
    entries = {"sounds": [asdict(s) for s in kept], "dropped": dropped}
    listing.write_text(json.dumps(entries, indent=0), encoding="utf-8")
    return kept


# --- doubles ----------------------------------------------------------------------------------------------------------


def without_doubles(sounds: list[Sound], others: list[Sound]) -> tuple[list[Sound], list[dict[str, str]]]:
    """Each recording once, by digest and by title and artist; the first keeps its place. Nothing that `others` hold.

    `shared` goes over what is left by ear.
    """
    kept, dropped = [], []
    digests = {s.digest: s.path for s in others}
    titles = {titled(s): s.path for s in others if s.title and s.kind == "music"}
    artists = {s.artist.lower() for s in others if s.artist}
    for sound in sounds:
        if sound.digest in digests:
            dropped.append({"path": sound.path, "because": f"same digest as {digests[sound.digest]}"})
        elif sound.title and sound.kind == "music" and titled(sound) in titles:
            dropped.append({"path": sound.path, "because": f"same title, artist and length as {titles[titled(sound)]}"})
        elif sound.artist.lower() in artists:
            dropped.append({"path": sound.path, "because": f"{sound.artist} is in the other split"})
        else:
            kept.append(sound)
            digests[sound.digest] = sound.path
            if sound.kind == "music":
                titles[titled(sound)] = sound.path
    return kept, dropped


SHARED_LANDMARKS = 35  # in four seconds


def shared(work: Path, split: str) -> set[str]:
    """Paths to leave out, so that no two sounds of both splits together hold one recording, whatever their names.

    Landmarks find tracks that reuse a recording: a title theme and its short version, one loop in two pieces. Of
    those that do, the first stays. Drum patterns and renderings are left alone: they are siblings on purpose.
    """
    listing = work / "corpus" / f"{split}-shared.json"
    if not listing.exists():
        others = collect(work, "develop") if split == "report" else []
        mine = collect(work, split)
        sounds = [s for s in (*others, *mine) if s.kind in ("music", "effect", "atmosphere") and s.seconds >= 1]
        matcher = Landmarks(SHARED_LANDMARKS)
        for sound in sounds:
            matcher.register(sound.path, work / sound.path)
        place = {sound.path: number for number, sound in enumerate(sounds)}
        kinds = {sound.path: sound for sound in sounds}
        pairs = {}
        for number, sound in enumerate(sounds):
            for heard in matcher.match(*matcher.part(number)):
                is_new = place[heard.material] < number and split in (kinds[heard.material].split, sound.split)
                if is_new and heard.end_seconds - heard.first_seconds > 0.5:
                    pairs[sound.path, heard.material] = max(heard.score, pairs.get((sound.path, heard.material), 0))
        entries = [{"path": a, "like": b, "landmarks": score} for (a, b), score in sorted(pairs.items())]
        listing.write_text(json.dumps(entries, indent=0), encoding="utf-8")
    return {entry["path"] for entry in json.loads(listing.read_text(encoding="utf-8"))}


def titled(sound: Sound) -> tuple[str, str, int]:
    return sound.title.lower(), sound.artist.lower(), round(sound.seconds)


if __name__ == "__main__":
    sys.exit(main())
