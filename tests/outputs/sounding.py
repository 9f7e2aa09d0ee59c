"""A film in whose sound registered material is heard, made by ffmpeg, and the verdict on it."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path

from cleancut.model.dossier import Dossier
from cleancut.model.findings import Finding, SoundFile, Transform, Unexamined
from cleancut.model.marks import Mark
from cleancut.model.material import Material
from cleancut.model.timing import Span
from cleancut.model.verdict import Verdict
from outputs import sample

MASTER, CLIP, TUNE, HITS, VOICE = "master.mp4", "clips/boat.mp4", "music/tune.wav", "effects/hits.mp3", "voice/elsa.m4a"
FRAMES, RATE = 1440, 24
TRACK = "track 1: L R"

_TUNE = "0.5*sin(2*PI*t*220*pow(2\\,floor(mod(t*2.5*7\\,12))/12))*exp(-3*mod(t\\,0.4))+0.2*sin(2*PI*t*110)"
_HITS = "(random(0)-0.5)*exp(-14*mod(t\\,0.65))+0.2*sin(2*PI*t*70)*exp(-9*mod(t\\,0.65))"
_VOICE = "0.3*(sin(2*PI*(140*t+3*sin(2*PI*0.7*t)))+0.6*sin(2*PI*(700+300*sin(2*PI*1.3*t))*t))*(1+sin(2*PI*3.1*t))/2"
_SIREN = "0.4*sin(2*PI*(600*t+80*sin(2*PI*0.5*t)))"


def made(folder: Path) -> Path:
    """The folder, with the master and a folder `material` in it."""
    material = folder / "material"
    for name in (CLIP, TUNE, HITS, VOICE):
        (material / name).parent.mkdir(parents=True, exist_ok=True)
    ffmpeg("-f", "lavfi", "-i", f"aevalsrc={_TUNE}|{_TUNE}:s=48000:d=20", "-c:a", "pcm_s24le", material / TUNE)
    ffmpeg("-f", "lavfi", "-i", f"aevalsrc={_HITS}:s=44100:d=6", material / HITS)
    ffmpeg("-f", "lavfi", "-i", f"aevalsrc={_VOICE}:s=48000:d=9", "-c:a", "aac", material / VOICE)
    film = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")
    siren = ("-f", "lavfi", "-i", f"aevalsrc={_SIREN}:s=48000:d=10")
    ffmpeg("-f", "lavfi", "-i", "mandelbrot=s=320x180:r=24", *siren, "-t", "10", *film, material / CLIP)
    mix = ("-filter_complex", _MIX, "-map", "[v]", "-map", "[a]", "-t", "60")
    ffmpeg(*_inputs(material), *mix, *film, folder / MASTER)
    return folder


def _inputs(material: Path) -> list[str | Path]:
    inputs: list[str | Path] = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=24:d=60"]
    inputs += ["-f", "lavfi", "-i", "anoisesrc=a=0.02:c=pink:s=3:r=48000:d=60"]
    for name in (CLIP, TUNE, HITS, VOICE):
        inputs += ["-i", material / name]
    return inputs


# The clip at 5 s with its sound, at 25 s its sound alone, at 32 s its picture alone; the tune from its second 4 on, as
# film run at 25 for 24 frames a second is; the hits faster at their own pitch; the voice as it is.
_MIX = (
    "[2:v]split[c1][c2];[c1]trim=1:7,setpts=PTS-STARTPTS+5/TB[p1];[c2]trim=2:6,setpts=PTS-STARTPTS+32/TB[p2];"
    "[0:v][p1]overlay=enable='between(t,5,11)':eof_action=pass[v1];"
    "[v1][p2]overlay=enable='between(t,32,36)':eof_action=pass[v];"
    "[2:a]asplit[s1][s2];[s1]atrim=1:7,asetpts=PTS-STARTPTS,adelay=5000:all=1[a1];"
    "[s2]atrim=2:6,asetpts=PTS-STARTPTS,adelay=25000:all=1[a2];"
    "[3:a]atrim=4:16.5,asetpts=PTS-STARTPTS,asetrate=50000,aresample=48000,adelay=8000:all=1[a3];"
    "[4:a]atempo=1.04,aresample=48000,adelay=40000:all=1[a4];[5:a]volume=0.7,adelay=44000:all=1[a5];"
    "[1:a][a1][a2][a3][a4][a5]amix=inputs=6:normalize=0[a]"
)


def ffmpeg(*arguments: str | Path) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True)


def at(first: float, end: float) -> Span:
    return Span(round(first * RATE), round(end * RATE))


def sound(name: str, first: float, end: float, inside: float, **more: object) -> Finding:
    """Sound from one second to another that is the material's from second `inside` on."""
    change = more.pop("transform", Transform(1.0))
    assert isinstance(change, Transform)
    span = at(inside, inside + (end - first) * abs(change.speed))
    given = {"channels": (TRACK,), "appears": "sound", **more}
    return Finding(name, at(first, end), "sound", "match", 0.87, span, transform=change, **given)  # type: ignore[arg-type]


def picture(name: str, first: float, end: float, inside: float, **more: object) -> Finding:
    return Finding(name, at(first, end), "picture", "match", 0.95, at(inside, inside + end - first), **more)  # type: ignore[arg-type]


def findings() -> tuple[Finding, ...]:
    both = {"appears": "picture_and_sound", "appearance": 1}
    run_up = Transform(50000 / 48000, pitch=0.7067)
    return (
        picture(CLIP, 5, 11, 1, **both),
        sound(CLIP, 5, 11, 1, **both),
        sound(TUNE, 8, 20, 4, transform=run_up, appearance=2),
        sound(CLIP, 25, 29, 2, appears="sound_alone", appearance=3),
        picture(CLIP, 32, 36, 2, appears="picture_alone", appearance=4),
        sound(HITS, 40, 45.75, 0, transform=Transform(1.04), appearance=5),
        sound(VOICE, 44, 53, 0, appearance=6),
    )


def materials() -> tuple[Material, ...]:
    signed = Mark(
        "valid", "c2pa", ("trainedAlgorithmicMedia",), "Pictomatic 4.1", "Picto Labs", grade="signed", generative="yes"
    )
    digest = "sha256:" + "ab" * 32
    return (
        Material(CLIP, digest, "clip", 320, 180, 240, (), (signed,), 10_000),
        Material(TUNE, digest, "sound", 0, 0, 0, (), (Mark("none", "c2pa"),), 20_000),
        Material(HITS, digest, "sound", 0, 0, 0, (), (Mark("none", "c2pa"),), 6_000),
        Material(VOICE, digest, "sound", 0, 0, 0, (), (Mark("none", "c2pa"),), 9_000),
    )


@cache
def production() -> Verdict:
    """A clip in picture and sound, in one alone, music, effects and a voice; two seconds of sound do not decode."""
    music = {**sample.FINAL, "medium": ["music"], "purpose": "music", "is_generative": "no"}
    voice = {**sample.FINAL, "medium": ["voice"], "purpose": "dialogue"}
    uses = (
        sample.use("boat", "Boat in the fog", {**sample.BENIGN, "medium": ["video", "sfx"]}, material=(CLIP,)),
        sample.use("tune", "Hummed tune", {**music, "human_input": "Recorded by the composer"}, material=(TUNE,)),
        sample.use("hits", "Hits under the chase", {**sample.FINAL, "medium": ["sfx"]}, material=(HITS,)),
        sample.use("voice", "Elsa's voice, doubled", {**voice, "human_input": "Cut by hand"}, material=(VOICE,)),
    )
    lost = Unexamined(at(57, 59), "track 1: the decoder left these samples silent")
    heard = {"hears": True, "sound": (at(0, 57), at(59, 60)), "sound_missing": (lost,), "tracks": (TRACK,)}
    names = tuple(item.name for item in materials())
    scan = sample.scan_of(*findings(), frames=FRAMES, material=names, **heard)
    return sample.judged(Dossier("cleancut/dossier/1", sample.title(), uses, tools=sample.TOOLS), materials(), scan)


def judged(*found: Finding) -> Verdict:
    """These findings, of no declared use, in a master of which all sound was examined."""
    scan = sample.scan_of(*found, frames=FRAMES, hears=True)
    return sample.judged(Dossier("cleancut/dossier/1", sample.title(), ()), materials(), scan)


def in_second_track() -> Verdict:
    return judged(sound(TUNE, 8, 20, 4, channels=("track 2 (deu): L R",)))


def with_sound_files(*channels: tuple[str, ...]) -> Verdict:
    """A finding for each of these names of channels, beside a mix and two dubs of one name."""
    found = (sound(TUNE, 8, 10, 4 + i, channels=names) for i, names in enumerate(channels))
    scan = sample.scan_of(*found, frames=FRAMES, hears=True)
    files = tuple(SoundFile(path, "sha256:" + "ef" * 32, 48) for path in ("mix.wav", "dub/deu.wav", "old/deu.wav"))
    scan = replace(scan, master=replace(scan.master, sound=files))
    return sample.judged(Dossier("cleancut/dossier/1", sample.title(), ()), materials(), scan)
