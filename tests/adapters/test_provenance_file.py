"""Every mark of a file: XMP, generators' texts and C2PA together, in files that Pillow, ffmpeg and exiftool wrote."""

from __future__ import annotations

import io
import json
import random
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
from PIL import Image, PngImagePlugin

from adapters.signed import GENERATED, IPTC, created, media, new_authority, signer_to
from cleancut.adapters.metadata_file import carried_in
from cleancut.adapters.provenance_file import FileMarks
from cleancut.adapters.provenance_text import text_marks
from cleancut.adapters.provenance_xmp import statements
from cleancut.model.marks import Mark, Told

EXIFTOOL = shutil.which("exiftool")
SAMPLES = Path(__file__).parents[3] / "shared/samples/c2pa"

A1111 = (
    "a harbour at night, <lora:fog_v2:0.8>\nrain\nNegative prompt: people, boats\n"
    'Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1234567, Size: 512x512, Model hash: abc, Model: "tide, v3"'
)
GRAPH: dict[str, Any] = {
    "3": {
        "class_type": "KSampler",
        "inputs": {"seed": 99, "model": ["4", 0], "positive": ["8", 0], "negative": ["7", 0], "latent_image": ["5", 0]},
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "tide_v3.safetensors"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 512}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a lighthouse", "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "people", "clip": ["4", 1]}},
    "8": {"class_type": "ControlNetApply", "inputs": {"conditioning": ["6", 0], "strength": 1}},
}
DRAWN = {
    "last_node_id": 7,
    "links": [[1, 6, 0, 3, 1, "CONDITIONING"], [2, 7, 0, 3, 2, "CONDITIONING"]],
    "nodes": [
        {
            "id": 3,
            "type": "KSampler",
            "inputs": [{"name": "positive", "link": 1}, {"name": "negative", "link": 2}],
            "widgets_values": [99, "randomize", 20],
        },
        {"id": 4, "type": "CheckpointLoaderSimple", "widgets_values": ["tide_v3.safetensors"]},
        {"id": 6, "type": "CLIPTextEncode", "widgets_values": ["a lighthouse"]},
        {"id": 7, "type": "CLIPTextEncode", "widgets_values": ["people"]},
        {"id": 9, "type": "CLIPTextEncode", "mode": 2, "widgets_values": ["was muted"]},
    ],
}
TOLD = Told(("a lighthouse",), ("people",), ("tide_v3.safetensors",), ("99",))


def read(path: Path) -> tuple[Mark, ...]:
    return FileMarks().read(path)


def only(path: Path) -> Mark:
    (mark,) = read(path)
    return mark


def xmp(inside: str = "", attributes: str = "") -> bytes:
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:dcterms="http://purl.org/dc/terms/"
 xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" {attributes}>
{inside}</rdf:Description></rdf:RDF></x:xmpmeta>{" " * 2000}<?xpacket end="w"?>""".encode()


def source_type(term: str = GENERATED) -> bytes:
    return xmp(f"<Iptc4xmpExt:DigitalSourceType>{term}</Iptc4xmpExt:DigitalSourceType>")


def still(path: Path, **more: Any) -> Path:
    """A small picture; with `xmp`, where Pillow puts it, or where the format has it and Pillow does not write it."""
    packet = more.get("xmp")
    if packet and path.suffix == ".png":
        more["pnginfo"] = PngImagePlugin.PngInfo()
        more["pnginfo"].add_itxt("XML:com.adobe.xmp", packet.decode())
    elif packet and path.suffix == ".tif":
        more["tiffinfo"] = {700: packet}
    rows = np.arange(48 * 64 * 3).reshape(48, 64, 3) * 7 % 251
    with Image.fromarray(rows.astype(np.uint8)) as image:
        image.save(path, **more)
    if packet and path.suffix == ".gif":
        path.write_bytes(path.read_bytes()[:-1] + b"\x21\xff\x0bXMP DataXMP" + packet + b"\x01" + bytes(257) + b";")
    return path


def heic(path: Path, exif: bytes) -> Path:
    with Image.open(still(path.with_suffix(".png"))) as image:
        pillow_heif.from_pillow(image).save(path, exif=exif)
    path.with_suffix(".png").unlink()
    return path


def png(path: Path, **texts: str) -> Path:
    info = PngImagePlugin.PngInfo()
    for key, text in texts.items():
        info.add_text(key.replace("_", "-") if key == "sd_metadata" else key, text)
    return still(path, pnginfo=info)


def exif(tag: int, value: Any) -> bytes:
    block = Image.Exif()
    if tag == 0x9286:
        block.get_ifd(0x8769)[tag] = value
    else:
        block[tag] = value
    return block.tobytes()


def ffmpeg(path: Path, *options: str) -> Path:
    source = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=24:duration=0.25"]
    if path.suffix in (".mp3", ".flac", ".wav", ".m4a", ".ogg"):
        source = ["-f", "lavfi", "-i", "sine=duration=0.5"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *source, *options, str(path)], check=True)
    return path


def box(kind: bytes, *content: bytes) -> bytes:
    inside = b"".join(content)
    return struct.pack(">I4s", 8 + len(inside), kind) + inside


def heif(places: bytes) -> bytes:
    """A picture with one item of EXIF, whose places are told so."""
    entry = box(b"infe", b"\2\0\0\0", b"\0\1", b"\0\0", b"Exif", b"\0")
    items = box(b"iinf", bytes(4), b"\0\1", entry)
    return box(b"ftyp", b"heic", bytes(4)) + box(b"meta", bytes(4), items, box(b"iloc", bytes(4), places))


XMP_UUID = box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac"), source_type())


# --- IPTC's source type in XMP ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tif", "avif", "gif"])
def test_the_source_type_is_read_in_stills(tmp_path: Path, suffix: str) -> None:
    mark = only(still(tmp_path / f"made.{suffix}", xmp=source_type()))
    assert (mark.state, mark.reader, mark.grade) == ("unsigned", "xmp", "embedded")
    assert (mark.source_types, mark.generative) == (("trainedAlgorithmicMedia",), "yes")


@pytest.mark.parametrize(
    ("term", "says"),
    [
        *((IPTC + term, "yes") for term in ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia")),
        *((IPTC + term, "unsure") for term in ("composite", "virtualRecording", "notYetInvented")),
        *((IPTC + term, "no") for term in ("digitalCapture", "humanEdits", "algorithmicMedia", "softwareImage")),
        (GENERATED.replace("http:", "https:"), "yes"),
        (GENERATED + "/", "yes"),
        ("trainedAlgorithmicMedia", "yes"),
        ("digsrctype:trainedAlgorithmicMedia", "yes"),
        (" trainedalgorithmicmedia\n", "yes"),
        (IPTC + "compositeSynthetic", "yes"),
        (IPTC + "minorHumanEdits", "no"),
        (IPTC + "digitalArt", "no"),
    ],
)
def test_terms_in_every_form(tmp_path: Path, term: str, says: str) -> None:
    assert only(still(tmp_path / "made.png", xmp=source_type(term))).generative == says


@pytest.mark.parametrize(
    "packet",
    [
        source_type(),
        xmp(attributes=f'Iptc4xmpExt:DigitalSourceType="{GENERATED}"'),
        xmp(f'<Iptc4xmpExt:DigitalSourceType rdf:resource="{GENERATED}"/>'),
        xmp(
            f"<Iptc4xmpExt:DigitalSourceType><rdf:Bag><rdf:li>{GENERATED}</rdf:li></rdf:Bag></Iptc4xmpExt:DigitalSourceType>"
        ),
        source_type().replace(b"Iptc4xmpExt:", b"x9:").replace(b"xmlns:Iptc4xmpExt", b"xmlns:x9"),
        source_type().decode().encode("utf-16"),
    ],
    ids=["element", "attribute", "resource", "list", "prefix", "utf-16"],
)
def test_every_form_that_xmp_may_have(tmp_path: Path, packet: bytes) -> None:
    assert only(still(tmp_path / "made.jpg", xmp=packet)).says_generated


def exr(path: Path, **attributes: str) -> Path:
    """The header of an OpenEXR file, with attributes of type string."""
    head = b"\x76\x2f\x31\x01\2\0\0\0"
    for name, text in attributes.items():
        head += name.encode() + b"\0string\0" + struct.pack("<I", len(text.encode())) + text.encode()
    path.write_bytes(head + b"\0" + bytes(100))
    return path


@pytest.mark.parametrize(
    "made",
    [
        lambda folder: exr(folder / "a.exr", digitalSourceType=GENERATED),
        lambda folder: png(folder / "a.png", DigitalSourceType="trainedAlgorithmicMedia"),
        lambda folder: ffmpeg(
            folder / "a.mov", "-movflags", "use_metadata_tags", "-metadata", f"digital_source_type={GENERATED}"
        ),
    ],
    ids=["exr", "png", "mov"],
)
def test_the_source_type_in_a_field_of_that_name(tmp_path: Path, made: Callable[[Path], Path]) -> None:
    mark = only(made(tmp_path))
    assert (mark.source_types, mark.grade, mark.generative) == (("trainedAlgorithmicMedia",), "embedded", "yes")


def test_a_graph_in_the_header_of_exr(tmp_path: Path) -> None:
    assert only(exr(tmp_path / "a.exr", comments="plate", comfyPrompt=json.dumps(GRAPH))).told == TOLD


def test_a_source_type_of_an_ingredient_is_told_apart(tmp_path: Path) -> None:
    inner = f'<xmpMM:Pantry><rdf:Bag><rdf:li rdf:parseType="Resource"><Iptc4xmpExt:DigitalSourceType>{GENERATED}'
    inner += "</Iptc4xmpExt:DigitalSourceType></rdf:li></rdf:Bag></xmpMM:Pantry>"
    packet = xmp(inner, f'Iptc4xmpExt:DigitalSourceType="{IPTC}composite"')
    first, second = read(still(tmp_path / "made.png", xmp=packet))
    assert (first.generative, first.note) == ("yes", "stated of an ingredient")
    assert (second.source_types, second.generative) == (("composite",), "unsure")


def test_the_ai_system_that_iptc_has_fields_for(tmp_path: Path) -> None:
    inner = "<Iptc4xmpExt:AISystemUsed>Dream Harbour</Iptc4xmpExt:AISystemUsed>"
    inner += "<Iptc4xmpExt:AISystemVersionUsed>3</Iptc4xmpExt:AISystemVersionUsed>"
    inner += "<Iptc4xmpExt:AIPromptInformation>a boat</Iptc4xmpExt:AIPromptInformation>"
    mark = only(still(tmp_path / "made.png", xmp=xmp(inner)))
    assert (mark.tools, mark.generative, mark.told.prompts) == (("Dream Harbour 3",), "yes", ("a boat",))


@pytest.mark.parametrize("name", ["made.mp4", "made.mov"])
@pytest.mark.parametrize("place", ["end", "uuid in moov", "udta"])
def test_the_source_type_is_read_in_boxes(tmp_path: Path, name: str, place: str) -> None:
    path = ffmpeg(tmp_path / name)
    data = path.read_bytes()
    if place == "end":
        path.write_bytes(data + XMP_UUID)
    else:  # the header lies last in what ffmpeg writes, so that making it longer moves nothing
        inside = XMP_UUID if place == "uuid in moov" else box(b"udta", box(b"XMP_", source_type()))
        start = data.rindex(b"moov") - 4
        path.write_bytes(data[:start] + box(b"moov", data[start + 8 :], inside))
    assert only(path).says_generated


@pytest.mark.skipif(EXIFTOOL is None, reason="exiftool is not here")
@pytest.mark.parametrize("name", ["made.mp4", "made.mov", "made.jpg", "made.png", "made.tif", "made.webp"])
def test_what_exiftool_writes_is_read(tmp_path: Path, name: str) -> None:
    path = ffmpeg(tmp_path / name) if name.endswith(("mp4", "mov")) else still(tmp_path / name)
    assert EXIFTOOL
    said = [f"-XMP-iptcExt:DigitalSourceType={GENERATED}", "-XMP-photoshop:Credit=Made with Google AI"]
    subprocess.run([EXIFTOOL, "-q", "-overwrite_original", *said, str(path)], check=True)
    assert [(mark.reader, mark.grade) for mark in read(path)] == [("xmp", "embedded"), ("text", "embedded")]


def test_xmp_too_long_for_one_segment_of_jpeg(tmp_path: Path) -> None:
    """As the XMP specification splits it: a part holds the packet's digest, its whole length and its own place."""
    path, packet = still(tmp_path / "made.jpg"), source_type()
    data = path.read_bytes()
    segments = b""
    for place in (0, 1000):
        part = packet[place : place + 1000] if not place else packet[1000:]
        head = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + struct.pack(">II", len(packet), place)
        segments += b"\xff\xe1" + struct.pack(">H", 2 + len(head) + len(part)) + head + part
    path.write_bytes(data[:2] + segments + data[2:])
    assert only(path).says_generated


def test_the_label_that_chinese_law_asks_for(tmp_path: Path) -> None:
    label = '{"Label": "%s", "ContentProducer": "Harbour Clips"}'
    packet = xmp(f"<TC260:AIGC>{label % 1}</TC260:AIGC>")
    mark = only(still(tmp_path / "made.png", xmp=packet))
    assert (mark.generative, mark.grade, mark.tools) == ("yes", "embedded", ("Harbour Clips",))
    perhaps = xmp(f"<TC260:AIGC>{label % 3}</TC260:AIGC>")
    assert only(still(tmp_path / "perhaps.png", xmp=perhaps)).generative == "unsure"


def test_xmp_that_does_not_parse_is_not_passed_over(tmp_path: Path) -> None:
    broken = source_type(IPTC + "digitalCapture").replace(b"</rdf:RDF>", b"</rdf:RDF")
    mark = only(still(tmp_path / "broken.png", xmp=broken))
    assert (mark.state, mark.is_open) == ("unreadable", True)
    plain = source_type().replace(b"</rdf:RDF>", b"</rdf:RDF")
    assert only(still(tmp_path / "plain.png", xmp=plain)).says_generated


def test_a_manifest_that_was_taken_away_is_not_passed_over(tmp_path: Path) -> None:
    packet = xmp(attributes='dcterms:provenance="self#jumbf=/c2pa/urn:uuid:1/c2pa.claim"')
    mark = only(still(tmp_path / "stripped.jpg", xmp=packet))
    assert (mark.state, mark.grade) == ("unreadable", "signed")
    assert "took it away" in mark.note


# --- what generators write of themselves ------------------------------------------------------------------------------


def a1111() -> Told:
    return Told(
        ("a harbour at night, <lora:fog_v2:0.8>\nrain",), ("people, boats",), ("tide, v3", "fog_v2"), ("1234567",)
    )


@pytest.mark.parametrize(
    "made",
    [
        lambda folder: png(folder / "a.png", parameters=A1111),
        lambda folder: compressed(folder / "a.png"),
        lambda folder: png(folder / "a.png", parameters=A1111 + "\u2603"),
        lambda folder: still(folder / "a.jpg", exif=exif(0x9286, b"UNICODE\0" + A1111.encode("utf-16-be"))),
        lambda folder: still(folder / "a.jpg", exif=exif(0x9286, b"UNICODE\0" + A1111.encode("utf-16-le"))),
        lambda folder: still(folder / "a.webp", exif=exif(0x9286, b"ASCII\0\0\0" + A1111.encode())),
        lambda folder: still(folder / "a.tif", exif=exif(0x010E, A1111)),
        lambda folder: still(folder / "a.avif", exif=exif(0x9286, b"UNICODE\0" + A1111.encode("utf-16-be"))),
        lambda folder: heic(folder / "a.heic", exif(0x9286, b"UNICODE\0" + A1111.encode("utf-16-le"))),
        lambda folder: still(folder / "a.jpg", comment=A1111.encode()),
        lambda folder: ffmpeg(folder / "a.mp4", "-metadata", f"comment={A1111}"),
        lambda folder: ffmpeg(folder / "a.mov", "-movflags", "use_metadata_tags", "-metadata", f"parameters={A1111}"),
        lambda folder: ffmpeg(folder / "a.mkv", "-metadata", f"comment={A1111}"),
        lambda folder: beside(folder / "a.png"),
    ],
    ids=[
        *("tEXt", "zTXt", "iTXt", "jpeg utf-16 big", "jpeg utf-16 little", "webp", "tiff", "avif", "heic"),
        *("jpeg comment", "mp4", "mov keys", "mkv", "txt beside"),
    ],
)
def test_the_settings_of_stable_diffusion_web_ui(tmp_path: Path, made: Callable[[Path], Path]) -> None:
    mark = only(made(tmp_path))
    assert (mark.state, mark.grade, mark.generative) == ("unsigned", "plain_text", "yes")
    assert mark.generator.startswith("Stable Diffusion web UI")
    assert (mark.told.prompts, mark.told.negative_prompts) == (a1111().prompts, a1111().negative_prompts)
    assert mark.told.seeds == ("1234567",)
    assert mark.told.models[0].startswith("tide, v3")


def compressed(path: Path) -> Path:
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", A1111, zip=True)
    return still(path, pnginfo=info)


def beside(path: Path) -> Path:
    path.with_suffix(".txt").write_text(A1111, encoding="utf-8")
    return still(path)


@pytest.mark.parametrize(
    "made",
    [
        lambda folder: png(folder / "a.png", prompt=json.dumps(GRAPH), workflow=json.dumps(DRAWN)),
        lambda folder: png(folder / "a.png", prompt=json.dumps(GRAPH).replace("99", '99, "rate": NaN')),
        lambda folder: png(folder / "a.png", workflow=json.dumps(DRAWN)),
        lambda folder: still(folder / "a.webp", exif=exif(0x0110, "prompt:" + json.dumps(GRAPH))),
        lambda folder: ffmpeg(
            folder / "a.mp4", "-metadata", "comment=" + json.dumps({"prompt": json.dumps(GRAPH), "workflow": DRAWN})
        ),
        lambda folder: ffmpeg(
            folder / "a.mp4", "-movflags", "use_metadata_tags", "-metadata", "prompt=" + json.dumps(GRAPH)
        ),
        lambda folder: ffmpeg(folder / "a.flac", "-metadata", "prompt=" + json.dumps(GRAPH)),
        lambda folder: ffmpeg(folder / "a.mp3", "-metadata", "prompt=" + json.dumps(GRAPH)),
    ],
    ids=["png", "NaN", "drawn alone", "webp", "video node", "mp4 keys", "flac", "mp3"],
)
def test_the_graph_of_comfyui(tmp_path: Path, made: Callable[[Path], Path]) -> None:
    mark = only(made(tmp_path))
    assert (mark.generator, mark.grade, mark.generative) == ("ComfyUI", "plain_text", "yes")
    assert mark.told == TOLD


def test_a_graph_that_may_have_generated_nothing_is_left_open(tmp_path: Path) -> None:
    graph = {
        "1": {"class_type": "LoadImage", "inputs": {"image": "plate.png"}},
        "2": {"class_type": "ImageScale", "inputs": {"image": ["1", 0], "width": 4096}},
    }
    assert only(png(tmp_path / "a.png", prompt=json.dumps(graph))).generative == "unsure"


INVOKE = {"positive_prompt": "a boat", "negative_prompt": "fog", "model": {"name": "tide"}, "seed": 7}
NOVEL = {"prompt": "a boat", "uc": "fog", "seed": 7, "steps": 28}
SWARM = {"sui_image_params": {"prompt": "a boat", "negativeprompt": "fog", "model": "tide", "seed": 7}}
FOOOCUS = {"prompt": "a boat", "negative_prompt": "fog", "base_model": "tide", "seed": "7"}
EASY = {"prompt": "a boat", "negative_prompt": "fog", "use_stable_diffusion_model": "tide", "seed": 7}
OLD_INVOKE = {"model_weights": "tide", "image": {"prompt": [{"prompt": "a boat", "weight": 1.0}], "seed": 7}}


@pytest.mark.parametrize(
    ("texts", "product", "told"),
    [
        ({"invokeai_metadata": json.dumps(INVOKE)}, "InvokeAI", Told(("a boat",), ("fog",), ("tide",), ("7",))),
        ({"sd_metadata": json.dumps(OLD_INVOKE)}, "InvokeAI", Told(("a boat",), (), ("tide",), ("7",))),
        ({"Dream": '"a boat [fog]" -s 50 -S 7 -C 7.5'}, "InvokeAI", Told(("a boat",), ("fog",), (), ("7",))),
        (
            {"Software": "NovelAI", "Description": "a boat", "Comment": json.dumps(NOVEL)},
            "NovelAI",
            Told(("a boat",), ("fog",), (), ("7",)),
        ),
        ({"parameters": json.dumps(SWARM)}, "SwarmUI", Told(("a boat",), ("fog",), ("tide",), ("7",))),
        ({"parameters": json.dumps(FOOOCUS)}, "Fooocus", Told(("a boat",), ("fog",), ("tide",), ("7",))),
        ({"parameters": json.dumps(EASY)}, "Easy Diffusion", Told(("a boat",), ("fog",), ("tide",), ("7",))),
        (
            {"Description": "a boat --v 6 --seed 7 Job ID: 1-2-3"},
            "Midjourney",
            Told(("a boat --v 6 --seed 7",), (), ("--v 6",), ("7",)),
        ),
        ({"Software": "Adobe Firefly 3"}, "Adobe Firefly", Told()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_other_generators_of_the_table(tmp_path: Path, texts: dict[str, str], product: str, told: Told) -> None:
    mark = only(png(tmp_path / "a.png", **texts))
    assert (mark.generator, mark.tools, mark.generative, mark.told) == (product, (product,), "yes", told)


@pytest.mark.parametrize("name", ["a.mp3", "a.m4a", "a.ogg", "a.wav"])
def test_music_that_says_who_made_it(tmp_path: Path, name: str) -> None:
    path = ffmpeg(tmp_path / name, "-metadata", "comment=made with suno; id=1")
    assert [(mark.generator, mark.generative) for mark in read(path)] == [("Suno", "yes")]


@pytest.mark.parametrize(
    "texts",
    [
        {"Software": "Adobe Photoshop 26.1", "Description": "a boat, 3 steps: tie, seed: none"},
        {"parameters": "a boat"},
        {"prompt": '{"a": 1}', "workflow": "[]"},
        {"Comment": '{"prompt": "press any key"}'},
        {"Software": "Sunoco Scanner 2"},
        {"Description": "painted by hand, with Suno on the radio"},
    ],
)
def test_what_is_no_note_of_a_generator_is_no_mark(tmp_path: Path, texts: dict[str, str]) -> None:
    assert only(png(tmp_path / "a.png", **texts)).state == "none"


# --- several marks, sidecars, sequences -------------------------------------------------------------------------------


def test_several_marks_of_one_file_the_most_telling_first(tmp_path: Path) -> None:
    source = still(tmp_path / "made.png", xmp=source_type(IPTC + "digitalCapture"))
    signed = signer_to(tmp_path / "signed", new_authority())(source, created())
    signed.with_suffix(".txt").write_text(A1111, encoding="utf-8")
    assert [(mark.grade, mark.generative) for mark in read(signed)] == [
        ("signed", "yes"),
        ("plain_text", "yes"),
        ("embedded", "no"),
    ]


@pytest.mark.parametrize("name", ["reel.xmp", "reel.mxf.xmp"])
def test_xmp_in_a_sidecar(tmp_path: Path, name: str) -> None:
    path = tmp_path / "reel.mxf"
    path.write_bytes(bytes(100))
    (tmp_path / name).write_bytes(source_type())
    mark = only(path)
    assert (mark.where, mark.grade, mark.says_generated) == (f"sidecar {name}", "embedded", True)


# --- files that mean harm, or are broken ------------------------------------------------------------------------------


def test_a_text_that_grows_when_unpacked_is_said_and_bounded(tmp_path: Path) -> None:
    bomb = b"parameters\0\0" + zlib.compress(bytes(200 << 20), 9)
    data = still(tmp_path / "bomb.png").read_bytes()
    chunk = struct.pack(">I", len(bomb)) + b"zTXt" + bomb + struct.pack(">I", zlib.crc32(b"zTXt" + bomb))
    (tmp_path / "bomb.png").write_bytes(data[:33] + chunk + data[33:])
    mark = only(tmp_path / "bomb.png")
    assert (mark.state, "more than" in mark.note) == ("unreadable", True)


@pytest.mark.parametrize(
    "data",
    [
        b"".join(struct.pack(">I4s", 8 * (2000 - i), b"moov") for i in range(2000)),
        box(b"ftyp", b"isom") + struct.pack(">I4sQ", 1, b"moov", 2**63),
        box(b"ftyp", b"isom") + struct.pack(">I4s", 4, b"moov"),
        box(b"ftyp", b"isom")
        + box(b"moov", box(b"udta", box(b"meta", bytes(4), box(b"ilst", box(bytes(4), bytes(8)))))),
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", 2**31, b"iTXt"),
        b"\x89PNG\r\n\x1a\n" + (struct.pack(">I4s", 0, b"abCd") + bytes(4)) * 30_000,
        b"\xff\xd8\xff\xe1\xff\xff" + b"Exif\0\0II*\0" + b"\xff" * 40,
        b"\xff\xd8" + b"\xff" * 100_000,
        b"II*\0" + struct.pack("<I", 8) + struct.pack("<HHHIII", 1, 0x8769, 4, 1, 8, 8),
        b"II+\0\x08\0\0\0" + b"\xff" * 200,
        b"RIFF" + struct.pack("<I", 2**32 - 1) + b"WEBP" + b"LIST\xff\xff\xff\xff" * 1000,
        b"\x76\x2f\x31\x01\2\0\0\0name\0string\0\xff\xff\xff\x7f",
        b"8BPS" + b"\xff" * 64,
        heif(b"\x44\0" + b"\0\1" + b"\0\1\0\0" + b"\0\1" + b"\xff" * 8),
        heif(b"\x44\0" + b"\0\1" + b"\0\1\0\0" + b"\xff\xff" + b"\0\0\0\4\0\x10\0\0" * 0xFFFF),
        heif(b"\x33\0" + b"\0\1" + b"\0\1\0\0" + b"\0\1" + b"\xff" * 8),
        heif(b"\x44"),
        heif(b"\0\0" + b"\x40\0" + (b"\0\1\0\0" + b"\xff\xff") * 0x4000),
        b"<x:xmpmeta" * 100_000,
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><x:xmpmeta xmlns:x='adobe:ns:meta/'>&a;</x:xmpmeta>",
        b"",
    ],
    ids=lambda data: repr(data[:12]),
)
def test_a_hostile_file_is_no_failure(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "hostile"
    path.write_bytes(data)
    assert all(mark.state in ("none", "unreadable") for mark in read(path))


@pytest.mark.parametrize(
    "text",
    [
        '{"prompt": ' + '{"a": ' * 5000 + "1" + "}" * 5001,
        "[" * 100_000,
        json.dumps(
            {"nodes": [1, None, {"id": [], "inputs": [3], "widgets_values": {"a": {}}}], "links": [[], 1, [[]]]}
        ),
        json.dumps({"1": {"class_type": 3, "inputs": {"positive": ["1", 0], "seed": ["1", 0], "text": ["1", 0]}}}),
        json.dumps({"1": {"class_type": "KSampler", "inputs": {"positive": [["x"], 0]}}}),
        '{"sui_image_params": []}',
        '{"Label": {"Label": []}}',
        "Steps: 1, Seed: 1" + ", Model: " * 20_000,
    ],
    ids=lambda text: text[:12],
)
def test_a_hostile_text_is_no_failure(tmp_path: Path, text: str) -> None:
    assert read(png(tmp_path / "a.png", parameters=text, AIGC=text))


def seeds(folder: Path) -> list[bytes]:
    made = [
        png(folder / "a.png", parameters=A1111, prompt=json.dumps(GRAPH)),
        still(folder / "a.jpg", xmp=source_type(), exif=exif(0x9286, b"UNICODE\0" + A1111.encode("utf-16-be"))),
        still(folder / "a.tif", exif=exif(0x010E, A1111)),
        still(folder / "a.webp", xmp=source_type()),
        still(folder / "a.avif", exif=exif(0x9286, b"ASCII\0\0\0" + A1111.encode())),
        ffmpeg(folder / "a.mp4", "-metadata", f"comment={A1111}"),
        ffmpeg(folder / "a.wav", "-metadata", "comment=made with suno"),
    ]
    return [path.read_bytes()[:6000] for path in made]


def test_ten_thousand_broken_files_are_no_failure(tmp_path: Path) -> None:
    """Bytes changed, doubled, cut out: in the readers that are ours, for libraries have tests of their own."""
    chance, whole = random.Random(3), seeds(tmp_path)
    for _ in range(10_000):
        data = bytearray(chance.choice(whole))
        for _ in range(chance.choice((1, 1, 2, 8))):
            place = chance.randrange(len(data))
            change = chance.randrange(4)
            if change == 0:
                data[place] = chance.randrange(256)
            elif change == 1:
                data[place : place + 4] = chance.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff", b"\0\0\0\1"))
            elif change == 2:
                del data[place : place + chance.randrange(64)]
            else:
                data[place:place] = data[place : place + chance.randrange(64)]
            data = data or bytearray(1)
        found = carried_in(io.BytesIO(data))
        statements(found)
        text_marks(found.texts)


# --- made by other programs -------------------------------------------------------------------------------------------

GRADED: dict[str, tuple[tuple[str, str, str], ...]] = {
    "adobe-20220124-A.jpg": (("none", "", ""),),
    "adobe-20220124-I.jpg": (("none", "", ""),),
    "adobe-20220124-C.jpg": (("valid", "signed", ""),),
    "adobe-20220124-CA.jpg": (("valid", "signed", ""),),
    "adobe-20220124-CAICA.jpg": (("valid", "signed", ""),),
    "adobe-20220124-E-dat-CA.jpg": (("invalid", "signed", "assertion.dataHash.mismatch"),),
    "adobe-20220124-E-sig-CA.jpg": (("invalid", "signed", "claimSignature.mismatch"),),
    "truepic-20230212-camera.jpg": (("invalid", "signed", "assertion.dataHash.mismatch"),),
    "cloud.jpg": (("unreadable", "signed", "not fetched: https://cai-manifests.adobe.com/"),),
    "libpng-test_with_url.png": (("unreadable", "signed", "not fetched: http://localhost:5000/"),),
    "video1.mp4": (("valid", "signed", ""),),
    "video1_no_manifest.mp4": (("unreadable", "signed", "took it away"),),
    "nested_moov_1000.mp4": (("unreadable", "", ""), ("unreadable", "", "")),
    "riff_bomb_1000.wav": (("none", "", ""),),
    "c.mov": (("none", "", ""),),
    "sample1.png": (("none", "", ""),),
    "sample1.wav": (("none", "", ""),),
}


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample files are not here")
@pytest.mark.parametrize("name", GRADED)
def test_samples_are_graded_as_their_makers_describe_them(name: str) -> None:
    marks = read(SAMPLES / name)
    assert [(mark.state, mark.grade) for mark in marks] == [(state, grade) for state, grade, _ in GRADED[name]]
    assert all(said in mark.note for mark, (_, _, said) in zip(marks, GRADED[name], strict=True))
    assert not any(mark.says_generated for mark in marks)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample files are not here")
def test_the_sample_whose_manifest_is_elsewhere_is_read_with_it_beside(tmp_path: Path) -> None:
    shutil.copy(SAMPLES / "cloud.jpg", tmp_path / "cloud.jpg")
    shutil.copy(SAMPLES / "cloud_manifest.c2pa", tmp_path / "cloud.jpg.c2pa")
    mark = only(tmp_path / "cloud.jpg")
    assert (mark.state, mark.where) == ("valid", "sidecar cloud.jpg.c2pa")
    assert [item.relationship for item in mark.ingredients] == ["parentOf"]


def test_media_without_marks_has_none(tmp_path: Path) -> None:
    for suffix in (".jpg", ".png", ".mp4", ".wav"):
        assert only(media(tmp_path / f"plain{suffix}")) == Mark("none", "c2pa", note="no mark found")
