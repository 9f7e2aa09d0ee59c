"""Signs some of the material by C2PA, as generators do, and writes the root certificate to trust.

    python examples/make/sign.py WORK EXAMPLE      WORK/material into EXAMPLE/material, EXAMPLE/trust/authority.pem

The keys live in memory and are gone when this ends: nobody can sign with them again. `valid`, not `trusted`, is what
the moodboard's mark must be, so its signer's root is thrown away too.
"""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
MIME = {".jpg": "image/jpeg", ".png": "image/png", ".mp4": "video/mp4"}
STARTS, ENDS = datetime(2020, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Signed:
    """A file to sign: by whom, as made by which generator, of which source type."""

    signer: str
    generator: tuple[str, str]
    source_type: str
    is_trusted: bool = True


FILES = {
    "incoming/untitled_0417.mp4": Signed("Lanternfish Video", ("Lanternfish", "2.4"), "trainedAlgorithmicMedia"),
    "plates/skyline_v9.jpg": Signed("Glasswing Images", ("Glasswing", "5"), "trainedAlgorithmicMedia"),
    "inserts/sea_chart_v4.jpg": Signed("Glasswing Images", ("Glasswing", "5"), "compositeWithTrainedAlgorithmicMedia"),
    "moodboard/fog_and_lamps_01.png": Signed(
        "Somebody", ("Glasswing", "5"), "trainedAlgorithmicMedia", is_trusted=False
    ),
}

Key = ec.EllipticCurvePrivateKey


def certificate(
    subject: x509.Name, key: Key, issuer: x509.Name, issuer_key: Key, is_authority: bool
) -> x509.Certificate:
    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(STARTS)
        .not_valid_after(ENDS)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_authority, key_cert_sign=is_authority, crl_sign=is_authority, **usage
            ),
            critical=True,
        )
    )
    if not is_authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def name(organisation: str, common: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    )


def pem(of: x509.Certificate) -> str:
    return of.public_bytes(serialization.Encoding.PEM).decode("ascii")


class Authority:
    """A root, and signers it issues."""

    def __init__(self, organisation: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = name(organisation, organisation + " Root")
        self.root = certificate(self._name, self._key, self._name, self._key, is_authority=True)

    def signer(self, organisation: str) -> c2pa.Signer:
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = certificate(name(organisation, organisation + " Signer"), key, self._name, self._key, is_authority=False)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", pem(leaf).encode(), private, None))


def sign(source: Path, target: Path, by: c2pa.Signer, spec: Signed) -> None:
    product, version = spec.generator
    action: dict[str, Any] = {
        "action": "c2pa.created",
        "softwareAgent": {"name": product, "version": version},
        "digitalSourceType": IPTC + spec.source_type,
    }
    claims = {
        "title": source.name,
        "claim_generator_info": [{"name": product, "version": version}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}],
    }
    context = c2pa.Context.from_dict({"builder": {"thumbnail": {"enabled": False}}})
    with source.open("rb") as stream, target.open("w+b") as out:
        c2pa.Builder.from_json(json.dumps(claims), context).sign(by, MIME[source.suffix], stream, out)


def main(work: Path, example: Path) -> None:
    trusted, other = Authority("Example Harbour Authority"), Authority("Nobody in Particular")
    shutil.rmtree(example / "material", ignore_errors=True)
    shutil.copytree(work / "material", example / "material")
    for path, spec in FILES.items():
        authority = trusted if spec.is_trusted else other
        sign(work / "material" / path, example / "material" / path, authority.signer(spec.signer), spec)
    (example / "trust").mkdir(exist_ok=True)
    (example / "trust" / "authority.pem").write_text(pem(trusted.root), encoding="ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
