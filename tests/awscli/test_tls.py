"""Certificates: whose word is taken, and whose is not."""

import datetime
import ipaddress
import pathlib
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from twin import EVENT, NAMES, Case, Twin

CALL = [*NAMES, "--log-events", EVENT, "--query", "`1`"]
ONCE = {"AWS_MAX_ATTEMPTS": "1"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A key and a certificate for 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    pem = serialization.Encoding.PEM
    path.write_bytes(
        made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


def tls(certificate: pathlib.Path) -> dict[str, ssl.SSLContext]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return {"tls": context}


def test_a_certificate_that_nobody_vouches_for(certificate: pathlib.Path, twin: Twin) -> None:
    twin.assert_equal(Case(CALL, ONCE, endpoint=tls(certificate), told="SSL validation failed for https://127.0.0.1:"))


@pytest.mark.parametrize("how", ["option", "variable", "profile"])
def test_a_bundle_that_has_it(how: str, certificate: pathlib.Path, twin: Twin) -> None:
    twin.assert_equal(
        Case(
            [*CALL, "--ca-bundle", str(certificate)] if how == "option" else CALL,
            {"AWS_CA_BUNDLE": str(certificate)} if how == "variable" else {},
            files={"config": f"[default]\nca_bundle = {certificate}\n"} if how == "profile" else {},
            endpoint=tls(certificate),
        )
    )


def test_no_verification_beats_the_bundle_and_is_warned_of(certificate: pathlib.Path, twin: Twin) -> None:
    twin.assert_equal(
        Case(
            [*CALL, "--no-verify-ssl", "--ca-bundle", "nope.pem"],
            endpoint=tls(certificate),
            told="InsecureRequestWarning: Unverified HTTPS request",
        )
    )
