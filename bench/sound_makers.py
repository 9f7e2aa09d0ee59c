"""Sound that is made here: speech, rendered notes, noise that stands for weather, and drum patterns."""

from __future__ import annotations

import hashlib
import random
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from sound_packages import Sound, probe, unpacked
from sound_tools import RATE, decoded, wrote

DRUMS = ["hydrogen-drumkits"]  # one kit is one source; kits are dealt to the splits in turn
NOTES = {"develop": ["planetblupi-music-midi"], "report": ["openttd-openmsx"]}
SOUNDFONTS = ["fluid-soundfont-gm", "timgm6mb-soundfont"]
ESPEAK = {
    "develop": ["en-us+m3", "en-gb+f2", "de+m1", "fr-fr+f4", "en-us+f5", "es+m7", "sv+f1", "en-gb-scotland+m2"],
    "report": ["en-us+m6", "en-gb+f3", "it+m4", "nl+f2", "en-gb-x-rp+m5", "pt-br+f1", "pl+m3", "en-us+f4"],
}
FESTIVAL = {
    "develop": ["voice_kal_diphone", "voice_lp_diphone"],
    "report": ["voice_ked_diphone", "voice_cmu_us_slt_arctic_hts"],
}


# --- speech -----------------------------------------------------------------------------------------------------------

WHO = """
    captain sister doctor stranger widow baker soldier teacher neighbour gardener sailor judge painter waiter uncle
    professor driver thief nurse beggar daughter mechanic priest violinist farmer butcher detective cousin dentist
    pilot clerk landlord miner translator princess burglar tailor editor goalkeeper hunter mayor plumber referee
    shepherd surgeon tourist usher valet wizard actress banker carpenter dancer engineer fisherman grandfather
    jeweller librarian magician orphan
"""
DID = """
    carried buried painted followed burned dropped repaired borrowed weighed forgot polished smuggled unlocked
    counted photographed hated cleaned inherited sketched swallowed traded pushed mended claimed demolished emptied
    folded guarded hurled ignored juggled kicked labelled measured noticed ordered pawned questioned ruined
    scratched tested unwrapped visited washed yanked admired balanced catalogued destroyed examined fetched gathered
    hid imagined judged knotted loaded mixed named opened
"""
WHAT = """
    ladder letter lantern piano suitcase bicycle blanket compass diamond engine feather guitar hammer jacket kettle
    lemon mirror needle onion parcel quilt rifle saddle telescope umbrella violin wallet xylophone yacht zipper
    anchor basket candle drawing envelope flagpole glove helmet icicle jigsaw keyboard locket medal notebook orange
    pumpkin radio sandwich trumpet uniform vase wheel accordion bucket cradle doorbell easel fountain gravestone
    hourglass
"""
WHERE = """
    bakery bridge station cathedral garden harbour island kitchen library market museum office palace quarry river
    stable theatre valley warehouse attic balcony cellar desert embassy forest gallery hospital inn jail laboratory
    meadow nursery orchard prison refinery school tunnel university vineyard windmill airport barracks castle
    dungeon elevator factory greenhouse hallway igloo junction kiosk lighthouse monastery narrows outpost pasture
    reservoir sawmill tavern wharf
"""
PLACED = ("behind", "near", "inside", "above", "outside")
ESPEAK_SAYS, FESTIVAL_SAYS = "espeak-ng", "festival"


def texts(dice: random.Random) -> list[str]:
    """Two sentences to a line. No word but the smallest comes twice: a synthetic voice says a word it has said before
    in the very same samples, and that would be registered sound where nobody put it."""
    words = zip(*(dice.sample(of.split(), len(of.split())) for of in (WHO, DID, WHAT, WHERE)), strict=True)
    said = [f"The {who} {did} the {what} {dice.choice(PLACED)} the {where}." for who, did, what, where in words]
    return [f"{one} {other}" for one, other in zip(said[::2], said[1::2], strict=True)]


def spoken(work: Path, split: str) -> list[Sound]:
    """Lines of each voice, each of its own words, speed and pitch. One voice is one source."""
    sounds = []
    for voice in [*ESPEAK[split], *FESTIVAL[split]]:
        dice = random.Random(f"{split} {voice}")
        folder = work / "corpus" / "speech" / voice
        folder.mkdir(parents=True, exist_ok=True)
        maker = FESTIVAL_SAYS if voice.startswith("voice_") else ESPEAK_SAYS
        for number, words in enumerate(texts(dice)):
            path, speed, pitch = folder / f"{number:03}.wav", dice.randint(130, 200), dice.randint(30, 70)
            if not path.exists() and maker == FESTIVAL_SAYS:
                command = ["text2wave", "-o", str(path), "-eval", f"({voice})"]
                subprocess.run(command, input=words, text=True, check=True, capture_output=True)
            elif not path.exists():
                command = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "-w", str(path), words]
                subprocess.run(command, check=True, capture_output=True)
            sounds.append(made(work, path, split, "speech", voice, maker, words))
    return sounds


def made(work: Path, path: Path, split: str, kind: str, source: str, maker: str, title: str) -> Sound:
    """A file that was made here."""
    seconds, rate, channels, _, _ = probe(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Sound(
        str(path.relative_to(work)),
        split,
        kind,
        source,
        maker,
        "",
        "made here",
        digest,
        title,
        "",
        round(seconds, 3),
        rate,
        channels,
    )


# --- notes: one piece, two renderings ---------------------------------------------------------------------------------


def played(work: Path, split: str, pieces: int = 24) -> list[Sound]:
    """Each piece twice: `plain`, and `sibling` with another soundfont, and another tempo for every second piece."""
    fonts = [sorted(unpacked(work, name)[0].rglob("*.sf2"), key=lambda p: p.stat().st_size)[-1] for name in SOUNDFONTS]
    sounds = []
    for package in NOTES[split]:
        folder, _ = unpacked(work, package)
        scores = sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".mid", ".midi") and p.is_file())
        for number, score in enumerate(scores[:pieces]):
            for take, font, tempo in (("plain", fonts[0], 100), ("sibling", fonts[1], 100 if number % 2 else 107)):
                out = work / "corpus" / "played" / split / f"{score.stem}.{take}.wav"
                out.parent.mkdir(parents=True, exist_ok=True)
                if not out.exists():
                    rendered(score, font, tempo, out)
                sounds.append(made(work, out, split, f"notes-{take}", package, "timidity", score.stem))
    return sounds


def rendered(score: Path, font: Path, tempo: int, out: Path, seconds: int = 150) -> None:
    """The first two and a half minutes: some pieces go round for half an hour. Every instrument is named: a soundfont
    that the machine's own configuration names would play instead."""
    with tempfile.NamedTemporaryFile("w", suffix=".cfg") as config:
        tones = "\n".join(f'{number} %font "{font}" 0 {number}' for number in range(128))
        drums = "\n".join(f'{number} %font "{font}" 128 0 {number}' for number in range(128))
        config.write(f"bank 0\n{tones}\ndrumset 0\n{drums}\n")
        config.flush()
        play = subprocess.Popen(
            ["timidity", "-c", config.name, "-Ow", "-s", "44100", "-T", str(tempo), "-o", "-", str(score)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        command = ["ffmpeg", "-v", "error", "-y", "-i", "-", "-t", str(seconds), str(out)]
        subprocess.run(command, stdin=play.stdout, check=True)
        play.kill()
        play.wait()


# --- atmospheres: noise that moves ------------------------------------------------------------------------------------


def weather(work: Path, split: str, count: int = 28) -> list[Sound]:
    """Wind, rain, surf, fire and traffic, half a minute each; no two share noise. They stand in for recordings."""
    sounds = []
    for number in range(count):
        name = ("wind", "rain", "surf", "fire", "traffic")[number % 5]
        path = work / "corpus" / "weather" / split / f"{name}-{number:02}.wav"
        if not path.exists():
            wrote(path, noise_scene(name, 30.0, np.random.default_rng([number, split == "report"])))
        sounds.append(made(work, path, split, "atmosphere", "weather", "numpy", f"{name} {number}"))
    return sounds


def noise_scene(name: str, seconds: float, dice: np.random.Generator) -> np.ndarray:
    count = int(seconds * RATE)
    time, corner = np.arange(count) / RATE, {"wind": 350, "rain": 5000, "surf": 900, "fire": 600, "traffic": 180}[name]
    spectrum = np.fft.rfft(dice.standard_normal((count, 2)), axis=0)
    spectrum /= (1 + (np.fft.rfftfreq(count, 1 / RATE) / corner) ** 2)[:, None]
    x = np.fft.irfft(spectrum, count, axis=0)
    x /= np.abs(x).max()
    slow = sum(np.sin(2 * np.pi * dice.uniform(0.05, 0.4) * time + dice.uniform(0, 6)) for _ in range(4))
    x *= (0.6 + (0.02 if name == "rain" else 0.09) * slow)[:, None]
    for _ in range({"rain": 900, "fire": 250, "traffic": 3}.get(name, 0)):  # drops, crackles, cars that pass
        at, length = dice.integers(0, count - RATE // 4), dice.integers(50, 1500) if name != "traffic" else RATE * 4
        end = min(count, at + length)
        bell = np.hanning(length)[: end - at] if name == "traffic" else np.exp(-np.arange(end - at) / (length / 6))
        x[at:end] += (bell * dice.standard_normal(end - at) * dice.uniform(0.02, 0.4))[:, None] * dice.uniform(
            0.3, 1, 2
        )
    return (0.5 * x / np.abs(x).max()).astype(np.float32)


# --- drums: one kit, several patterns ---------------------------------------------------------------------------------


def drummed(work: Path, patterns: int = 3) -> list[Sound]:
    """Patterns of each kit, of eight bars. Kits go to the splits in turn; one kit is one source."""
    sounds = []
    for package in DRUMS:
        folder, _ = unpacked(work, package)
        kits = sorted({p.parent for p in folder.rglob("*") if p.suffix.lower() in (".wav", ".flac", ".ogg")})
        kits = [kit for kit in kits if len(kit_files(kit)) >= 5]
        for number, kit in enumerate(kits):
            split, dice = ("develop", "report")[number % 2], random.Random(kit.name)
            hits = [decoded(path) for path in dice.sample(kit_files(kit), min(8, len(kit_files(kit))))]
            hits = [hit / max(1e-6, float(np.abs(hit).max())) for hit in hits if len(hit) and np.abs(hit).max() > 1e-4]
            if len(hits) < 4:
                continue
            for pattern in range(patterns):
                path = work / "corpus" / "drums" / kit.name.replace(" ", "_") / f"{pattern}.wav"
                if not path.exists():
                    path.parent.mkdir(parents=True, exist_ok=True)
                    wrote(path, beat(hits, random.Random(f"{kit.name} {pattern}")))
                sounds.append(made(work, path, split, "drums", kit.name, package, f"{kit.name} {pattern}"))
    return sounds


def kit_files(kit: Path) -> list[Path]:
    return sorted(p for p in kit.iterdir() if p.suffix.lower() in (".wav", ".flac", ".ogg"))


def beat(hits: list[np.ndarray], dice: random.Random, bars: int = 8) -> np.ndarray:
    """Eight bars of sixteenths; the last bar of four is a fill, so that a piece does not repeat itself throughout."""
    step = 60.0 / dice.uniform(84, 132) / 4
    out = np.zeros((int((bars * 16 * step + 1.5) * RATE), 2), np.float32)
    grid = [[dice.random() < (0.5 if (i % 4 == 0) else 0.18) for i in range(16)] for _ in hits]
    for bar in range(bars):
        rows = grid if bar % 4 != 3 else [[dice.random() < 0.3 for _ in range(16)] for _ in hits]
        for hit, row in zip(hits, rows, strict=True):
            for i, on in enumerate(row):
                if on:
                    at = int((bar * 16 + i) * step * RATE)
                    end = min(len(out), at + len(hit), at + RATE)
                    out[at:end] += hit[: end - at] * np.float32(dice.uniform(0.25, 0.5))
    return out / max(1.0, float(np.abs(out).max()) / 0.9)
