"""Marks by C2PA, on files signed here and now with a key that lives as long as the test run."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import av
import c2pa
import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image

from cleancut.adapters.provenance_c2pa import C2paReader
from cleancut.errors import InputError
from cleancut.model.material import Mark

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
GENERATED = IPTC + "trainedAlgorithmicMedia"
MIME = {".jpg": "image/jpeg", ".png": "image/png", ".mp4": "video/mp4"}

# --- a throw-away authority -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Authority:
    """A root certificate, and a signer it issued."""

    root: str
    chain: str
    key: bytes

    def signer(self) -> c2pa.Signer:
        return c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", self.chain.encode(), self.key, None))


def certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Name, issuer_key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    is_root = key is issuer_key
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(key_usage(is_root), critical=True)
    )
    if not is_root:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def named(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Throw-away Trust"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def key_usage(is_root: bool) -> x509.KeyUsage:
    flags = dict.fromkeys(
        (
            *("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
            *("encipher_only", "decipher_only"),
        ),
        False,
    )
    return x509.KeyUsage(digital_signature=not is_root, key_cert_sign=is_root, crl_sign=is_root, **flags)


def new_authority() -> Authority:
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = certificate("Test Root", root_key, named("Test Root"), root_key)
    leaf = certificate("Test Signer", key, root.subject, root_key)
    return Authority(
        pem(root),
        pem(leaf),
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )


def pem(of: x509.Certificate) -> str:
    return of.public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture(scope="module")
def authority() -> Authority:
    return new_authority()


@pytest.fixture
def anchors(authority: Authority, tmp_path: Path) -> Path:
    path = tmp_path / "anchors.pem"
    path.write_text(authority.root, encoding="ascii")
    return path


# --- media and manifests ----------------------------------------------------------------------------------------------

Manifest = dict[str, Any]


def picture(path: Path) -> Path:
    rows = np.arange(96 * 128 * 3).reshape(96, 128, 3) * 7 % 251
    Image.fromarray(rows.astype(np.uint8)).save(path)
    return path


def clip(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for i in range(6):
            grey = np.full((96, 128, 3), 40 * i, dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        container.mux(stream.encode())
    return path


def media(path: Path) -> Path:
    return clip(path) if path.suffix == ".mp4" else picture(path)


def created(source_type: str = GENERATED) -> Manifest:
    agent = {"name": "Dream Harbour", "version": "3"}
    return actions({"action": "c2pa.created", "softwareAgent": agent, "digitalSourceType": source_type})


def edited(relationship: str) -> Manifest:
    """Claims of an editor who opened, or placed, the ingredient and says nothing of how it was made."""
    uses = {"parameters": {"ingredientIds": ["source"]}}
    if relationship == "parentOf":
        return actions({"action": "c2pa.opened", **uses})
    made = {"action": "c2pa.created", "digitalSourceType": IPTC + "digitalCreation"}
    return actions(made, {"action": "c2pa.placed", **uses})


def actions(*done: Manifest) -> Manifest:
    return manifest({"label": "c2pa.actions.v2", "data": {"actions": list(done)}})


def manifest(*assertions: Manifest) -> Manifest:
    return {
        "claim_generator_info": [{"name": "Test Bench", "version": "1.0"}],
        "assertions": list(assertions),
    }


Sign = Callable[..., Path]


@pytest.fixture
def sign(authority: Authority, tmp_path: Path) -> Sign:
    """Signs a file into another of the same name; `parents` become ingredients."""

    def signed(source: Path, claims: Manifest, parents: tuple[tuple[Path, str], ...] = (), remote: str = "") -> Path:
        target = tmp_path / "signed" / source.name
        target.parent.mkdir(exist_ok=True)
        builder = c2pa.Builder(json.dumps(claims))
        for parent, relationship in parents:
            with parent.open("rb") as stream:
                ingredient = {"title": parent.name, "relationship": relationship, "label": "source"}
                builder.add_ingredient(ingredient, MIME[parent.suffix], stream)
        if remote:
            builder.set_no_embed()
            builder.set_remote_url(remote)
        with source.open("rb") as stream, io.BytesIO() as out, authority.signer() as signer:
            builder.sign(signer, MIME[source.suffix], stream, out)
            target.write_bytes(out.getvalue())
        builder.close()
        return target

    return signed


def tamper(path: Path) -> Path:
    """Change the last bytes of the picture itself."""
    data = bytearray(path.read_bytes())
    place = len(data) - 40
    data[place] ^= 0x55
    path.write_bytes(data)
    return path


# --- states -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", MIME)
def test_a_sound_mark_of_an_unknown_signer_is_valid(sign: Sign, tmp_path: Path, suffix: str) -> None:
    mark = C2paReader().read(sign(media(tmp_path / f"made{suffix}"), created()))
    assert mark == Mark(
        state="valid",
        reader="c2pa",
        source_types=("trainedAlgorithmicMedia",),
        generator="Dream Harbour 3, Test Bench 1.0",
        signer="Throw-away Trust, Test Signer",
        note="signingCredential.untrusted",
    )
    assert mark.says_generated


@pytest.mark.parametrize("suffix", MIME)
def test_a_signer_on_the_trust_list_is_trusted(sign: Sign, anchors: Path, tmp_path: Path, suffix: str) -> None:
    mark = C2paReader(anchors).read(sign(media(tmp_path / f"made{suffix}"), created()))
    assert (mark.state, mark.note, mark.says_generated) == ("trusted", "", True)


def test_a_signer_of_somebody_elses_root_is_not(sign: Sign, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_text(new_authority().root, encoding="ascii")
    assert C2paReader(other).read(sign(media(tmp_path / "made.png"), created())).state == "valid"


@pytest.mark.parametrize("suffix", [".jpg", ".mp4"])
def test_a_changed_file_is_invalid_and_still_says_generated(
    sign: Sign, anchors: Path, tmp_path: Path, suffix: str
) -> None:
    mark = C2paReader(anchors).read(tamper(sign(media(tmp_path / f"made{suffix}"), created())))
    assert mark.state == "invalid"
    assert "mismatch" in mark.note
    assert mark.says_generated


@pytest.mark.parametrize("suffix", MIME)
def test_no_mark_found(tmp_path: Path, suffix: str) -> None:
    mark = C2paReader().read(media(tmp_path / f"plain{suffix}"))
    assert mark == Mark("none", "c2pa", note="no mark found")
    assert not mark.says_generated


@pytest.mark.parametrize("name", ["frame.exr", "reel.mkv", "notes.txt"])
def test_a_container_that_cannot_carry_one_has_none(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"v/1\x01" * 30)
    assert C2paReader().read(path).state == "none"


def test_a_transcode_takes_the_mark_away(sign: Sign, tmp_path: Path) -> None:
    signed = sign(media(tmp_path / "made.png"), created())
    copy = tmp_path / "copy.png"
    Image.open(signed).save(copy)
    assert C2paReader().read(copy).state == "none"


# --- what cannot be read ----------------------------------------------------------------------------------------------


def test_a_file_that_does_not_parse_is_unreadable(tmp_path: Path) -> None:
    path = media(tmp_path / "cut.jpg")
    path.write_bytes(path.read_bytes()[:300])
    mark = C2paReader().read(path)
    assert mark.state == "unreadable"
    assert mark.note


def test_a_file_that_is_not_there_is_unreadable_and_no_path_leaks(tmp_path: Path) -> None:
    mark = C2paReader().read(tmp_path / "gone.png")
    assert (mark.state, mark.note) == ("unreadable", "No such file or directory")
    assert C2paReader().read(tmp_path).state == "unreadable"


def test_a_failing_library_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("panicked")

    monkeypatch.setattr(c2pa.Reader, "try_create", fails)
    mark = C2paReader().read(media(tmp_path / "a.png"))
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
    mark = C2paReader().read(signed)
    assert (mark.state, mark.note) == ("unreadable", f"remote manifest named, not fetched: {address}")
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
        ("http://c2pa.org/digitalsourcetype/empty", False),
    ],
)
def test_the_source_type_decides(sign: Sign, tmp_path: Path, term: str, says: bool) -> None:
    assert C2paReader().read(sign(media(tmp_path / "made.jpg"), created(term))).says_generated is says


def test_any_action_may_say_it(sign: Sign, tmp_path: Path) -> None:
    capture, fill = (
        {"action": "c2pa.created", "digitalSourceType": IPTC + "digitalCapture"},
        {"action": "c2pa.edited", "digitalSourceType": IPTC + "compositeWithTrainedAlgorithmicMedia"},
    )
    mark = C2paReader().read(sign(media(tmp_path / "made.jpg"), actions(capture, fill)))
    assert mark.source_types == ("digitalCapture", "compositeWithTrainedAlgorithmicMedia")


def test_iptc_metadata_may_say_it(sign: Sign, tmp_path: Path) -> None:
    metadata = {
        "@context": {"Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"},
        "Iptc4xmpExt:DigitalSourceType": GENERATED,
    }
    claims = created(IPTC + "digitalCreation")
    claims["assertions"].append({"label": "c2pa.metadata", "data": metadata})
    assert C2paReader().read(sign(media(tmp_path / "made.jpg"), claims)).says_generated


@pytest.mark.parametrize("relationship", ["parentOf", "componentOf"])
def test_what_it_was_made_from_says_it_too(sign: Sign, anchors: Path, tmp_path: Path, relationship: str) -> None:
    """A generated picture cut into a clip by an editor whose own action says nothing."""
    plate = sign(media(tmp_path / "plate.png"), created())
    signed = sign(media(tmp_path / "shot.mp4"), edited(relationship), ((plate, relationship),))
    mark = C2paReader(anchors).read(signed)
    assert mark.says_generated
    assert "Dream Harbour 3" in mark.generator


def test_a_broken_ingredient_is_told(sign: Sign, anchors: Path, tmp_path: Path) -> None:
    plate = tamper(sign(media(tmp_path / "plate.jpg"), created()))
    mark = C2paReader(anchors).read(sign(media(tmp_path / "shot.jpg"), edited("parentOf"), ((plate, "parentOf"),)))
    assert mark.says_generated
    assert mark.note == "ingredient: assertion.dataHash.mismatch"


def test_a_wrong_suffix_hides_nothing(sign: Sign, tmp_path: Path) -> None:
    signed = sign(media(tmp_path / "made.jpg"), created())
    disguised = signed.rename(tmp_path / 'café "1"\n.mov')
    assert C2paReader().read(disguised).says_generated


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
