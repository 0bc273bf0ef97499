"""The installation's own certificate authority, and the certificate that the listener shows.

    root (5 years)        what phones install. Its key signs once and is never written
      issuer (5 years)    its key is kept, 0600. Permitted: private addresses, this computer's name, `.local`
        leaf (397 days)   today's addresses; made anew when they change

The constraints stand in both, but a verifier may ignore those of a root that somebody has installed (RFC 5280, 6.2);
those of the issuer bind it everywhere. Whoever steals the kept key can therefore pretend to be this computer and no
other.
"""

import datetime as dt
import ipaddress
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from compound.servers.paths import make_folder, storage_trouble, write_once

CA_DAYS, LEAF_DAYS = 5 * 365, 397
# A leaf is made anew, and an authority replaced, so long before its end.
SPARE = dt.timedelta(days=30)
# A phone's clock may be behind.
BACKDATE = dt.timedelta(days=1)
PRIVATE = tuple(
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "127.0.0.0/8",
        "::1/128", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip
ALWAYS = ("127.0.0.1", "::1")


@dataclass(frozen=True)
class Shown:
    """What the listener shows. `left_out`: addresses that the authority may not name."""

    path: Path
    root: x509.Certificate
    is_new: bool
    ends_at: dt.datetime
    left_out: tuple[str, ...]


def folder_of(data_dir: Path) -> Path:
    folder = data_dir / "lan"
    make_folder(folder)
    folder.chmod(0o700)
    return folder


def root_path(data_dir: Path) -> Path:
    """The root in PEM: what `/lan/ca.crt` hands out."""
    return data_dir / "lan" / "root.pem"


def ensure_leaf(data_dir: Path, *, addresses: Iterable[str], host: str, at: dt.datetime) -> Shown:
    """The listener's certificate for these addresses. The one that is there stays while it fits.

    Makes the authority when there is none, or none that lasts. 5 ms when nothing has to be made. Raises Trouble.
    """
    folder = folder_of(data_dir)
    key, issuer, root = _authority(folder, tuple(addresses), host, at)
    constraints = issuer.extensions.get_extension_for_class(x509.NameConstraints).value
    names, left_out = _names(constraints.permitted_subtrees or [], tuple(addresses), host)
    path = folder / "leaf.pem"
    there = _leaf(path, names, issuer, at)
    if there is None:
        made = _make_leaf(key, issuer, names, at)
        _replace(path, made + _pem(issuer))
        leaf = x509.load_pem_x509_certificate(made)
    return Shown(path, root, there is None, (there or leaf).not_valid_after_utc, left_out)


def fingerprint(root: x509.Certificate) -> str:
    """SHA-256 as phones show it: pairs of hexadecimal digits."""
    return root.fingerprint(hashes.SHA256()).hex(" ").upper()


# ---------------------------------------------------------------------- root and issuer


def _authority(
    folder: Path, addresses: tuple[str, ...], host: str, at: dt.datetime
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate, x509.Certificate]:
    """(issuer's key, issuer, root) from one file, so that there is never a half of it. Two commands at once agree."""
    path, root_file = folder / "authority.pem", folder / "root.pem"
    found = _read(path)
    if found is None or found[1].not_valid_after_utc - SPARE < at:
        if path.exists():
            path.rename(path.with_name(f"authority-until-{at:%Y%m%d%H%M%S}.pem"))
        write_once(path, _make_authority(addresses, host, at))
        found = _read(path)
        assert found is not None  # noqa: S101
    if not root_file.exists() or root_file.read_bytes() != _pem(found[2]):
        _replace(root_file, _pem(found[2]), mode=0o644)
    return found


def _read(path: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate, x509.Certificate] | None:
    try:
        text = path.read_bytes()
        key = serialization.load_pem_private_key(text, None)
        issuer, root = x509.load_pem_x509_certificates(text)
    except (FileNotFoundError, ValueError):
        return None
    except OSError as error:
        raise storage_trouble(path, error) from error
    return (key, issuer, root) if isinstance(key, ec.EllipticCurvePrivateKey) else None


def _make_authority(addresses: tuple[str, ...], host: str, at: dt.datetime) -> str:
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    label = f"守望 Shouwang {host[:30]}".strip()
    root_name, issuer_name = _name(label), _name(f"{label} issuer")
    constraints = x509.NameConstraints(permitted_subtrees=_permitted(addresses, host), excluded_subtrees=None)
    until = _start(at) + dt.timedelta(days=CA_DAYS)
    root = _begin(root_name, root_name, root_key, root_key, at, until)
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
    issuer = _begin(issuer_name, root_name, key, root_key, at, until)
    issuer = issuer.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    issuer = issuer.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    signed = [
        builder.add_extension(_usage(ca=True), critical=True)
        .add_extension(constraints, critical=True)
        .sign(root_key, hashes.SHA256())
        for builder in (issuer, root)
    ]
    return (_key_pem(key) + b"".join(_pem(certificate) for certificate in signed)).decode()


def _permitted(addresses: tuple[str, ...], host: str) -> list[x509.GeneralName]:
    """Private ranges, `.local`, this computer. A network with public addresses gets those it has today."""
    own = [ipaddress.ip_address(text) for text in addresses]
    outside = [address for address in own if not any(address in network for network in PRIVATE)]
    networks = [*PRIVATE, *(ipaddress.ip_network(address) for address in outside)]
    names = ["localhost", "local", *([host] if host else [])]
    return [*(x509.IPAddress(network) for network in networks), *(x509.DNSName(name) for name in names)]


# ---------------------------------------------------------------------- leaf


def _names(
    permitted: list[x509.GeneralName], addresses: tuple[str, ...], host: str
) -> tuple[list[x509.GeneralName], tuple[str, ...]]:
    """What the leaf names, and the addresses that it may not name."""
    networks = [ipaddress.ip_network(name.value) for name in permitted if isinstance(name, x509.IPAddress)]
    labels = {name.value for name in permitted if isinstance(name, x509.DNSName)}
    wanted = {text: ipaddress.ip_address(text) for text in (*addresses, *ALWAYS)}
    good = [address for address in wanted.values() if any(address in network for network in networks)]
    hosts = ["localhost", *([f"{host}.local"] if host else []), *([host] if host in labels else [])]
    left_out = tuple(text for text, address in wanted.items() if address not in good)
    return [*(x509.IPAddress(address) for address in good), *(x509.DNSName(name) for name in hosts)], left_out


def _leaf(
    path: Path, names: list[x509.GeneralName], issuer: x509.Certificate, at: dt.datetime
) -> x509.Certificate | None:
    """The leaf that is there, if it names just these, is of this issuer and lasts."""
    try:
        leaf = x509.load_pem_x509_certificate(path.read_bytes())
        leaf.verify_directly_issued_by(issuer)
        named = set(leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except (FileNotFoundError, ValueError, TypeError, x509.ExtensionNotFound, InvalidSignature):
        return None
    except OSError as error:
        raise storage_trouble(path, error) from error
    lasts = leaf.not_valid_before_utc <= at < leaf.not_valid_after_utc - SPARE
    return leaf if lasts and named == set(names) else None


def _make_leaf(
    issuer_key: ec.EllipticCurvePrivateKey, issuer: x509.Certificate, names: list[x509.GeneralName], at: dt.datetime
) -> bytes:
    """Key and certificate in one PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    until = min(_start(at) + dt.timedelta(days=LEAF_DAYS), issuer.not_valid_after_utc)
    leaf = (
        _begin(_name("Shouwang on this network"), issuer.subject, key, issuer_key, at, until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(ca=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    return _key_pem(key) + _pem(leaf)


# ---------------------------------------------------------------------- parts of both


def _begin(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    at: dt.datetime,
    until: dt.datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_start(at))
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )


def _start(at: dt.datetime) -> dt.datetime:
    return at.replace(microsecond=0) - BACKDATE


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Shouwang"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _replace(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """The whole file or the former one, never a half."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
        draft.replace(path)
    except OSError as error:
        raise storage_trouble(path, error) from error
    finally:
        draft.unlink(missing_ok=True)
