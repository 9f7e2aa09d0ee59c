"""Marks by C2PA, on files signed here and now with a key that lives as long as the test run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import c2pa
import pytest
from PIL import Image

from adapters.signed import (
    GENERATED,
    IPTC,
    MIME,
    Authority,
    Sign,
    actions,
    created,
    edited,
    media,
    new_authority,
    signer_to,
    tamper,
)
from cleancut.adapters.provenance_c2pa import C2paReader
from cleancut.errors import InputError
from cleancut.model.marks import Action, Ingredient, Mark


@pytest.fixture(scope="module")
def authority() -> Authority:
    return new_authority()


@pytest.fixture
def anchors(authority: Authority, tmp_path: Path) -> Path:
    path = tmp_path / "anchors.pem"
    path.write_text(authority.root, encoding="ascii")
    return path


@pytest.fixture
def sign(authority: Authority, tmp_path: Path) -> Sign:
    return signer_to(tmp_path / "signed", authority)


def read(path: Path) -> Mark:
    (mark,) = C2paReader().read(path)
    return mark


def read_trusting(anchors: Path, path: Path) -> Mark:
    (mark,) = C2paReader(anchors).read(path)
    return mark


# --- states -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", MIME)
def test_a_sound_mark_of_an_unknown_signer_is_valid(sign: Sign, tmp_path: Path, suffix: str) -> None:
    mark = read(sign(media(tmp_path / f"made{suffix}"), created()))
    assert mark == Mark(
        state="valid",
        reader="c2pa",
        source_types=("trainedAlgorithmicMedia",),
        generator="Dream Harbour 3, Test Bench 1.0",
        signer="Throw-away Trust, Test Signer",
        note="signingCredential.untrusted",
        grade="signed",
        generative="yes",
        trust="not_checked",
        tools=("Dream Harbour 3",),
        codes=("signingCredential.untrusted",),
        actions=(Action("c2pa.created", "trainedAlgorithmicMedia", "Dream Harbour 3"),),
    )
    assert mark.says_generated


@pytest.mark.parametrize("suffix", MIME)
def test_a_signer_on_the_trust_list_is_trusted(sign: Sign, anchors: Path, tmp_path: Path, suffix: str) -> None:
    mark = read_trusting(anchors, sign(media(tmp_path / f"made{suffix}"), created()))
    assert (mark.state, mark.trust, mark.note, mark.says_generated) == ("trusted", "trusted", "", True)


def test_a_signer_of_somebody_elses_root_is_not(sign: Sign, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_text(new_authority().root, encoding="ascii")
    mark = read_trusting(other, sign(media(tmp_path / "made.png"), created()))
    assert (mark.state, mark.trust) == ("valid", "untrusted")


@pytest.mark.parametrize("suffix", [".jpg", ".mp4"])
def test_a_changed_file_is_invalid_and_still_says_generated(
    sign: Sign, anchors: Path, tmp_path: Path, suffix: str
) -> None:
    mark = read_trusting(anchors, tamper(sign(media(tmp_path / f"made{suffix}"), created())))
    assert (mark.state, mark.trust) == ("invalid", "trusted")
    assert any("mismatch" in code for code in mark.codes)
    assert mark.says_generated


@pytest.mark.parametrize("suffix", MIME)
def test_no_mark_found(tmp_path: Path, suffix: str) -> None:
    mark = read(media(tmp_path / f"plain{suffix}"))
    assert mark == Mark("none", "c2pa", note="no mark found")
    assert not mark.says_generated


@pytest.mark.parametrize("name", ["frame.exr", "reel.mkv", "notes.txt"])
def test_a_container_that_cannot_carry_one_has_none(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"v/1\x01" * 30)
    assert read(path).state == "none"


def test_a_transcode_takes_the_mark_away(sign: Sign, tmp_path: Path) -> None:
    signed = sign(media(tmp_path / "made.png"), created())
    copy = tmp_path / "copy.png"
    Image.open(signed).save(copy)
    assert read(copy).state == "none"


# --- what cannot be read ----------------------------------------------------------------------------------------------


def test_a_file_that_does_not_parse_is_unreadable(tmp_path: Path) -> None:
    path = media(tmp_path / "cut.jpg")
    path.write_bytes(path.read_bytes()[:300])
    mark = read(path)
    assert mark.state == "unreadable"
    assert mark.note


def test_a_file_that_is_not_there_is_unreadable_and_no_path_leaks(tmp_path: Path) -> None:
    mark = read(tmp_path / "gone.png")
    assert (mark.state, mark.note) == ("unreadable", "No such file or directory")
    assert read(tmp_path).state == "unreadable"


def test_a_failing_library_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("panicked")

    monkeypatch.setattr(c2pa.Reader, "try_create", fails)
    mark = read(media(tmp_path / "a.png"))
    assert (mark.state, mark.note) == ("unreadable", "panicked")


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine: its address, and what was asked of it."""
    requests: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/made.c2pa", requests
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_remote_manifest_is_named_and_not_fetched(sign: Sign, tmp_path: Path, asked: tuple[str, list[str]]) -> None:
    address, requests = asked
    signed = sign(media(tmp_path / "made.png"), created(), remote=address)
    mark = read(signed)
    assert (mark.state, mark.note) == ("unreadable", f"remote manifest named, not fetched: {address}")
    assert mark.remote == address
    assert requests == []
    with pytest.raises(c2pa.C2paError):
        c2pa.Reader(str(signed))
    assert requests, "the server was never asked even by a reader that fetches: this test shows nothing"


# --- what the mark says -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "says"),
    [
        (GENERATED, True),
        (IPTC + "compositeWithTrainedAlgorithmicMedia", True),
        (IPTC + "compositeSynthetic", True),
        (GENERATED.replace("http:", "https:") + "/", True),
        (IPTC + "trainedalgorithmicmedia", True),
        (IPTC + "digitalCapture", False),
        (IPTC + "algorithmicMedia", False),
        (IPTC + "algorithmicallyEnhanced", False),
        (IPTC + "minorHumanEdits", False),
        ("http://c2pa.org/digitalsourcetype/empty", False),
        ("http://c2pa.org/digitalsourcetype/trainedAlgorithmicData", True),
    ],
)
def test_the_source_type_decides(sign: Sign, tmp_path: Path, term: str, says: bool) -> None:
    assert read(sign(media(tmp_path / "made.jpg"), created(term))).says_generated is says


def test_any_action_may_say_it(sign: Sign, tmp_path: Path) -> None:
    capture, fill = (
        {"action": "c2pa.created", "digitalSourceType": IPTC + "digitalCapture"},
        {"action": "c2pa.edited", "digitalSourceType": IPTC + "compositeWithTrainedAlgorithmicMedia"},
    )
    mark = read(sign(media(tmp_path / "made.jpg"), actions(capture, fill)))
    assert mark.source_types == ("digitalCapture", "compositeWithTrainedAlgorithmicMedia")


def test_iptc_metadata_may_say_it(sign: Sign, tmp_path: Path) -> None:
    metadata = {
        "@context": {"Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"},
        "Iptc4xmpExt:DigitalSourceType": GENERATED,
    }
    claims = created(IPTC + "digitalCreation")
    claims["assertions"].append({"label": "c2pa.metadata", "data": metadata})
    assert read(sign(media(tmp_path / "made.jpg"), claims)).says_generated


@pytest.mark.parametrize("relationship", ["parentOf", "componentOf"])
def test_what_it_was_made_from_says_it_too(sign: Sign, anchors: Path, tmp_path: Path, relationship: str) -> None:
    """A generated picture cut into a clip by an editor whose own action says nothing."""
    plate = sign(media(tmp_path / "plate.png"), created())
    signed = sign(media(tmp_path / "shot.mp4"), edited(relationship), ((plate, relationship),))
    mark = read_trusting(anchors, signed)
    assert mark.says_generated
    assert "Dream Harbour 3" in mark.generator
    assert mark.tools == ("Dream Harbour 3",)
    assert mark.ingredients == (Ingredient("plate.png", relationship, "yes"),)
    assert Action("c2pa.created", "trainedAlgorithmicMedia", "Dream Harbour 3", to="plate.png") in mark.actions


def test_a_broken_ingredient_is_told(sign: Sign, anchors: Path, tmp_path: Path) -> None:
    plate = tamper(sign(media(tmp_path / "plate.jpg"), created()))
    mark = read_trusting(anchors, sign(media(tmp_path / "shot.jpg"), edited("parentOf"), ((plate, "parentOf"),)))
    assert mark.says_generated
    assert mark.note == "ingredient: assertion.dataHash.mismatch"
    assert [item.codes for item in mark.ingredients] == [("assertion.dataHash.mismatch",)]


def test_a_wrong_suffix_hides_nothing(sign: Sign, tmp_path: Path) -> None:
    signed = sign(media(tmp_path / "made.jpg"), created())
    disguised = signed.rename(tmp_path / 'café "1"\n.mov')
    assert read(disguised).says_generated


@pytest.mark.parametrize("term", ["composite", "virtualRecording", "somethingNobodyKnows"])
def test_what_a_term_leaves_open_stays_open(sign: Sign, tmp_path: Path, term: str) -> None:
    mark = read(sign(media(tmp_path / "made.jpg"), created(IPTC + term)))
    assert (mark.generative, mark.source_types) == ("unsure", (term,))
    assert mark.is_open


def test_software_shared_by_many_actions_is_named_by_its_place(sign: Sign, tmp_path: Path) -> None:
    fill = {"action": "c2pa.edited", "digitalSourceType": GENERATED, "softwareAgentIndex": 1}
    claims = actions({"action": "c2pa.created", "digitalSourceType": IPTC + "digitalCapture"}, fill)
    agents = [{"name": "Camera", "version": "1"}, {"name": "Gap Filler", "version": "2"}]
    claims["assertions"][0]["data"]["softwareAgents"] = agents
    mark = read(sign(media(tmp_path / "made.jpg"), claims))
    assert mark.tools == ("Gap Filler 2",)
    assert mark.actions[1] == Action("c2pa.edited", "trainedAlgorithmicMedia", "Gap Filler 2")


def test_a_generator_known_by_name_needs_no_source_type(sign: Sign, tmp_path: Path) -> None:
    opened = {"action": "c2pa.edited", "softwareAgent": {"name": "Adobe Firefly", "version": "1"}}
    made = {"action": "c2pa.created", "digitalSourceType": IPTC + "digitalCreation"}
    mark = read(sign(media(tmp_path / "made.jpg"), actions(made, opened)))
    assert (mark.generative, mark.tools) == ("yes", ("Adobe Firefly 1",))


# --- sidecars ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["made.c2pa", "made{suffix}.c2pa"])
@pytest.mark.parametrize("suffix", MIME)
def test_a_sidecar_is_read(sign: Sign, anchors: Path, tmp_path: Path, suffix: str, name: str) -> None:
    name = name.format(suffix=suffix)
    signed = sign(media(tmp_path / f"made{suffix}"), created(), sidecar=name)
    none, mark = C2paReader(anchors).read(signed)
    assert none.state == "none"
    assert (mark.state, mark.where, mark.says_generated) == ("trusted", f"sidecar {name}", True)


def test_a_sidecar_of_another_file_is_invalid(sign: Sign, tmp_path: Path) -> None:
    signed = sign(media(tmp_path / "made.jpg"), created(), sidecar="made.c2pa")
    with Image.open(signed) as image:
        other = image.rotate(180)
    other.save(signed)
    _, mark = C2paReader().read(signed)
    assert (mark.state, "mismatch" in mark.note, mark.says_generated) == ("invalid", True, True)


def test_a_sidecar_beside_a_file_stands_in_for_a_remote_manifest(sign: Sign, tmp_path: Path) -> None:
    address = "http://127.0.0.1:9/made.c2pa"
    signed = sign(media(tmp_path / "made.png"), created(), remote=address, sidecar="made.c2pa")
    (mark,) = C2paReader().read(signed)
    assert (mark.state, mark.where) == ("valid", "sidecar made.c2pa")
    signed.with_name("made.c2pa").write_bytes(b"rubbish")
    remote, broken = C2paReader().read(signed)
    assert (remote.remote, broken.state) == (address, "unreadable")


def test_a_sidecar_of_a_film_that_no_reader_knows_is_not_passed_over(sign: Sign, tmp_path: Path) -> None:
    signed = sign(media(tmp_path / "made.mp4"), created(), sidecar="reel.c2pa")
    reel = signed.rename(signed.with_name("reel.mkv"))
    reel.write_bytes(b"\x1a\x45\xdf\xa3" + bytes(200))
    none, mark = C2paReader().read(reel)
    assert (none.state, mark.state, mark.grade, mark.says_generated) == ("none", "unsigned", "embedded", True)
    assert mark.note == "nothing can tie its signature to a file of this kind"


# --- trust anchors ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", [None, "", "no certificate", "-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----\n"]
)
def test_anchors_that_are_none_are_refused(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "anchors.pem"
    if text is not None:
        path.write_text(text, encoding="ascii")
    with pytest.raises(InputError, match=r"anchors\.pem") as caught:
        C2paReader(path)
    assert "PEM" in caught.value.hint


def test_the_same_file_gives_the_same_mark(sign: Sign, anchors: Path, tmp_path: Path) -> None:
    signed = sign(media(tmp_path / "made.jpg"), created())
    reader = C2paReader(anchors)
    assert reader.read(signed) == reader.read(signed) == C2paReader(anchors).read(signed)
