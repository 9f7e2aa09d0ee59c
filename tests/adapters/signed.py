"""Files signed here and now, with a key that lives as long as the test run."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import c2pa
import numpy as np
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
GENERATED = IPTC + "trainedAlgorithmicMedia"
MIME = {".jpg": "image/jpeg", ".png": "image/png", ".mp4": "video/mp4", ".wav": "audio/wav"}

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


def sound(path: Path) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(range(256)) * 32)
    return path


def media(path: Path) -> Path:
    return {".mp4": clip, ".wav": sound}.get(path.suffix, picture)(path)


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


def signer_to(folder: Path, authority: Authority) -> Sign:
    """Signs a file into another of the same name in `folder`. `parents` become ingredients; with `remote` the file only
    names the address of its manifest, with `sidecar` the manifest is written beside it."""

    def signed(
        source: Path,
        claims: Manifest,
        parents: tuple[tuple[Path, str], ...] = (),
        *,
        remote: str = "",
        sidecar: str = "",
    ) -> Path:
        target = folder / source.name
        target.parent.mkdir(exist_ok=True)
        builder = c2pa.Builder(json.dumps(claims))
        for parent, relationship in parents:
            with parent.open("rb") as stream:
                ingredient = {"title": parent.name, "relationship": relationship, "label": "source"}
                builder.add_ingredient(ingredient, MIME[parent.suffix], stream)
        if remote or sidecar:
            builder.set_no_embed()
        if remote:
            builder.set_remote_url(remote)
        with source.open("rb") as stream, io.BytesIO() as out, authority.signer() as signer:
            manifest_store = builder.sign(signer, MIME[source.suffix], stream, out)
            target.write_bytes(out.getvalue())
        if sidecar:
            target.with_name(sidecar).write_bytes(manifest_store)
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
