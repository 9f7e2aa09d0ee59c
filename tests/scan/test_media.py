"""One cut of real footage in every format films are delivered in: the same material, at the same frames.

The cut is some seconds of the example's master. ffmpeg encodes it, another version than the one that decodes it.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from cleancut.match.picture import Luma
from cleancut.model.findings import Scan
from cleancut.model.timing import Clock, Rate
from cleancut.testing import scene, texture
from scan import footage
from scan.conftest import Bench

EXAMPLE = Path(__file__).parents[2] / "examples" / "nightferry"
# Name: the file it is taken from, and from which frame on.
MATERIAL = {
    "storm.mp4": ("temp/storm_front_v012.mp4", 8),
    "whale.mp4": ("incoming/untitled_0417.mp4", 10),
}
PIECES = ((526, 534), (534, 558), (1104, 1128), (1200, 1208))  # of the master; the two in the middle are material
TRUTH = [("storm.mp4", 8, 32), ("whale.mp4", 32, 56)]
WIDTH, HEIGHT, FRAMES = 192, 108, 64

_BT2020 = "-color_primaries bt2020 -colorspace bt2020nc"
_SDR = "tin=bt709:min=bt709:pin=bt709:rin=limited:m=bt2020nc:p=bt2020"
_PQ, _HLG = f"zscale={_SDR}:t=smpte2084:npl=203", f"zscale={_SDR}:t=arib-std-b67:npl=300"
_X264 = "-c:v libx264 -preset veryfast -crf 20"
_X265 = "-c:v libx265 -preset superfast -crf 20 -x265-params log-level=error"
_PRORES = "-c:v prores_ks -profile:v"
_AV1 = "-c:v libsvtav1 -preset 10 -crf 30"

_MPEG2 = "-c:v mpeg2video -q:v 2 -bf 2"
_FIELDS = "-flags +ildct+ilme -top 1"
_DNXHR = "-vf scale=256:144 -c:v dnxhd -profile:v"  # none smaller exists

# File name, rate, start timecode and the arguments that make it. Every codec, container, depth, sampling and rate
# occurs, not every product of them.
FORMATS = {
    "h264.mp4": ("24", "", f"{_X264} -pix_fmt yuv420p"),
    "h264-10bit.mov": ("24000/1001", "01:00:00:00", f"{_X264} -pix_fmt yuv422p10le"),
    "h264-odd-size.mkv": ("60000/1001", "01:00:00:00", f"-vf scale=241:135 {_X264} -pix_fmt yuv444p"),
    "h264-intra.mxf": ("50", "10:00:00:00", "-c:v libx264 -g 1 -bf 0 -pix_fmt yuv422p10le"),
    "h264-wide-pixels.mp4": ("48", "01:00:00:00", f"-vf scale=144:108,setsar=4/3 {_X264} -pix_fmt yuv420p"),
    "h264-full-range.mov": ("60", "", f"-vf scale=out_range=full -color_range pc {_X264} -pix_fmt yuvj420p"),
    "h264-open-gop.ts": ("25", "", f"{_X264} -x264opts open-gop=1:keyint=20 -pix_fmt yuv420p"),
    "h264-drop.mov": ("60000/1001", "00:00:59;40", f"{_X264} -pix_fmt yuv420p"),
    "hevc.mp4": ("30", "01:00:00:00", f"{_X265} -pix_fmt yuv420p"),
    "hevc-12bit.mkv": ("30000/1001", "00:59:59;10", f"{_X265} -pix_fmt yuv444p12le"),
    "hevc-pq.mp4": (
        "24",
        "",
        f"-vf {_PQ},format=yuv420p10le {_BT2020} -color_trc smpte2084 {_X265}",
    ),
    "prores-hlg.mov": ("25", "", f"-vf {_HLG} {_BT2020} -color_trc arib-std-b67 {_PRORES} 3"),
    "av1.mp4": ("24000/1001", "", f"{_AV1} -pix_fmt yuv420p"),
    "av1-10bit.mkv": ("25", "09:59:50:00", f"{_AV1} -pix_fmt yuv420p10le"),
    "prores-422.mov": ("24000/1001", "23:59:59:00", f"{_PRORES} 3 -pix_fmt yuv422p10le"),
    "prores-4444-alpha.mov": ("24", "01:00:00:00", f"{_PRORES} 4444 -pix_fmt yuva444p10le"),
    "prores-interlaced.mov": ("30000/1001", "00:59:59:10", f"{_PRORES} 3 -flags +ildct -pix_fmt yuv422p10le"),
    "dnxhr-sq.mov": ("30000/1001", "00:59:59;10", f"{_DNXHR} dnxhr_sq -pix_fmt yuv422p"),
    "dnxhr-hqx.mxf": ("24000/1001", "00:59:50:00", f"{_DNXHR} dnxhr_hqx -pix_fmt yuv422p10le"),
    "dnxhr-444-rgb.mov": ("24", "", f"{_DNXHR} dnxhr_444 -pix_fmt gbrp10le"),
    "mpeg2-interlaced.mxf": ("30000/1001", "00:00:59;10", f"{_MPEG2} {_FIELDS} -pix_fmt yuv422p"),
    "mpeg2.mpg": ("25", "", f"{_MPEG2} -pix_fmt yuv420p"),
    "mjpeg.mov": ("24", "", "-c:v mjpeg -q:v 2 -pix_fmt yuvj420p"),
    "mjpeg-444.avi": ("30", "", "-c:v mjpeg -q:v 2 -pix_fmt yuvj444p"),
    "jpeg2000.mxf": ("24", "00:00:00:00", "-c:v libopenjpeg -pix_fmt yuv422p10le"),
    "jpeg2000-dci.mov": ("24", "", "-c:v libopenjpeg -pix_fmt xyz12le"),
    "uncompressed.mov": ("24", "", "-c:v v210 -pix_fmt yuv422p10le"),
}


@dataclass(frozen=True)
class Cut:
    """The cut as raw pictures, and the folder of the material that is in it."""

    raw: Path
    material: Path

    def encoded(self, path: Path, arguments: str, rate: str = "24") -> Path:
        """The cut, frame for frame, at any rate."""
        raw = f"-f rawvideo -pix_fmt yuv420p -s {WIDTH}x{HEIGHT} -r {rate} -color_range tv -colorspace bt709"
        made = ["ffmpeg", "-v", "error", "-y", *raw.split(), "-i", self.raw, *arguments.split(), path]
        subprocess.run(made, check=True)
        return path


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Cut:
    root = tmp_path_factory.mktemp("cut")
    material = root / "material"
    material.mkdir()
    for name, (source, first) in MATERIAL.items():
        trim = f"trim=start_frame={first}:end_frame={first + 36},scale={2 * WIDTH}:-2"
        made = ["ffmpeg", "-v", "error", "-i", EXAMPLE / "material" / source, "-an", "-vf", trim, material / name]
        subprocess.run(made, check=True)
    raw, start = root / "cut.yuv", PIECES[0][0]
    chosen = "+".join(f"between(n\\,{first - start}\\,{end - start - 1})" for first, end in PIECES)
    graph = f"select={chosen},scale={WIDTH}:{HEIGHT}:flags=area"
    read = ["-ss", str(start / 24), "-i", EXAMPLE / "master.mp4", "-an", "-t", "29", "-vf", graph]
    write = ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p", raw]
    subprocess.run(["ffmpeg", "-v", "error", *read, *write], check=True)
    return Cut(raw, material)


def found(scan: Scan) -> list[tuple[str, int, int]]:
    assert {finding.kind for finding in scan.findings} <= {"match"}
    return sorted((f.material, f.span.first, f.span.end) for f in scan.findings)


def whole(bench: Bench, cut: Cut, path: Path) -> Scan:
    """The scan of a file that must be examined from end to end."""
    scan = bench.scan(path, bench.register(cut.material))
    assert not scan.coverage.picture_missing
    return scan


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_rate_and_timecode(bench: Bench, cut: Cut, tmp_path: Path, name: str) -> None:
    rate, start, arguments = FORMATS[name]
    path = cut.encoded(tmp_path / name, f"{arguments} -timecode {start}" if start else arguments, rate)
    scan = whole(bench, cut, path)
    assert scan.master.clock == Clock(Rate(Fraction(rate)), start or "00:00:00:00")
    assert scan.master.frames == FRAMES
    assert scan.master.off_clock == 0
    assert found(scan) == TRUTH


@pytest.mark.parametrize(
    ("name", "arguments", "rate", "spans"),
    [
        # Every third frame is left out, the others stay where they were in time.
        ("variable.mp4", f"-vf select=mod(n\\,3) -fps_mode vfr {_X264}", "24", [(5, 21), (21, 37)]),
        ("variable.mkv", f"-vf select=mod(n\\,3) -fps_mode vfr {_X264}", "24", [(5, 21), (21, 37)]),
        # Two moments in each frame, and two moments in two frames of five.
        (
            "fields.mxf",
            f"-vf tinterlace=interleave_top {_MPEG2} {_FIELDS}",
            "50",
            [(4, 16), (16, 28)],
        ),
        ("telecined.mov", f"-vf telecine=pattern=23 {_X264} -flags +ildct+ilme", "24", [(10, 40), (40, 70)]),
    ],
)
def test_pictures_that_do_not_come_one_by_one(
    bench: Bench, cut: Cut, tmp_path: Path, name: str, arguments: str, rate: str, spans: list[tuple[int, int]]
) -> None:
    scan = whole(bench, cut, cut.encoded(tmp_path / name, arguments, rate))
    assert [name for name, _, _ in found(scan)] == [name for name, _, _ in TRUTH]
    assert (scan.master.off_clock > 1) == name.startswith("variable")
    for (_, first, end), truth in zip(found(scan), spans, strict=True):
        assert (first, end) == pytest.approx(truth, abs=1)


def test_a_film_that_is_turned_by_a_flag(bench: Bench, cut: Cut, tmp_path: Path) -> None:
    lying = cut.encoded(tmp_path / "lying.mp4", f"-vf transpose=1 {_X264}")
    flag = ["-c", "copy", "-metadata:s:v:0", "rotate=90", tmp_path / "flagged.mp4"]
    subprocess.run(["ffmpeg", "-v", "error", "-i", lying, *flag], check=True)
    assert found(whole(bench, cut, tmp_path / "flagged.mp4")) == TRUTH


def test_stills_of_every_kind(bench: Bench, tmp_path: Path) -> None:
    """A master that moves into one still after the other, each registered in another format."""
    folder = tmp_path / "material"
    folder.mkdir()
    film: list[Luma] = []
    arguments = {
        "art.pdf": [],
        "phone.heic": [],
        "plate.exr": ["-pix_fmt", "gbrpf32le"],
        "scan.dpx": ["-pix_fmt", "gbrp10be"],
        "still.avif": ["-c:v", "libaom-av1", "-still-picture", "1"],
        "still.tif": ["-pix_fmt", "rgb48le"],
        "still.webp": [],
    }
    for seed, (name, made) in enumerate(arguments.items(), 60):
        picture, source = texture(seed, 480, 270), tmp_path / f"{seed}.png"
        footage.still(source, picture)
        if name == "art.pdf":
            Image.open(source).save(folder / name, save_all=True, append_images=[Image.fromarray(texture(99))])
        elif name == "phone.heic":
            pillow_heif.from_pillow(Image.open(source).convert("RGB")).save(folder / name)
        else:
            subprocess.run(["ffmpeg", "-v", "error", "-i", source, *made, folder / name], check=True)
        film += footage.zoomed(picture, 24)
    scan = bench.scan(footage.write(tmp_path / "master.mp4", film), bench.register(folder))
    assert scan.coverage.is_complete
    seen = {f.material: (f.span.first, f.span.end) for f in scan.findings if f.kind == "match"}
    assert list(seen) == ["art.pdf#page=1", *list(arguments)[1:]]
    for place, span in enumerate(seen.values()):
        assert span == pytest.approx((24 * place, 24 * place + 24), abs=1)


def test_an_image_sequence_is_found_at_the_frames_of_its_film(bench: Bench, tmp_path: Path) -> None:
    """EXRs of a shot at 25, in a master at 25 that begins with its fifth frame; each frame for frame."""
    shot, folder = scene(83, 30), tmp_path / "material"
    folder.mkdir()
    film = footage.write(tmp_path / "shot.mp4", shot, rate=Fraction(25))
    plates = ["-pix_fmt", "gbrpf32le", "-start_number", "1001", folder / "sh010_%04d.exr"]
    subprocess.run(["ffmpeg", "-v", "error", "-i", film, *plates], check=True)
    master = footage.write(tmp_path / "master.mov", [*shot[4:], *scene(84, 12)], rate=Fraction(25))
    scan = bench.scan(master, bench.register(folder, rate=Rate(Fraction(25))))
    (finding,) = scan.findings
    assert (finding.material, finding.kind) == ("sh010_1001.exr", "match")
    assert (finding.span.first, finding.span.end) == pytest.approx((0, 26), abs=1)
    assert finding.material_span is not None
    assert (finding.material_span.first, finding.material_span.end) == pytest.approx((4, 30), abs=1)
    assert finding.transform.speed == pytest.approx(1.0, abs=0.01)
