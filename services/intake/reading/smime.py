"""S/MIME (RFC 8551): what a signed part holds, and whether a part is encrypted.

Signatures are not judged: a complaint counts whoever signed it. Nothing can be decrypted here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.intake.reading.structure import Part

TYPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
#: RFC 8551 §3.2.1: gateways that know no S/MIME send the type for "some bytes" and this name.
NAMES = frozenset({"smime.p7m", "smime.p7z"})
ENCRYPTED = frozenset({"enveloped_data", "encrypted_data", "authenticated_enveloped_data"})
SIGNED = "signed_data"
#: A long SEQUENCE, its length definite or not: all that a CMS object can begin with.
FIRST_BYTES = (b"\x30\x80", b"\x30\x81", b"\x30\x82", b"\x30\x83", b"\x30\x84")


def is_smime(part: Part) -> bool:
    """Say whether a part claims to be opaque S/MIME (a detached signature is not)."""
    if part.content_type in TYPES:
        return True
    return part.content_type == "application/octet-stream" and part.name.lower() in NAMES


def unwrapped(data: bytes) -> tuple[str, bytes]:
    """Return (kind, content) of a CMS object (RFC 5652 §3), its transfer encoding undone.

    The kind is asn1crypto's name ("signed_data" …), "" for what is no CMS object; the content is
    empty unless it is signed.
    """
    if not data.startswith(FIRST_BYTES):
        return "", b""
    # imported late: few mails are signed this way
    from asn1crypto import cms

    try:
        info = cms.ContentInfo.load(data)
        kind = str(info["content_type"].native)
        if kind != SIGNED:
            return kind, b""
        content = info["content"]["encap_content_info"]["content"]
        return kind, bytes(content) if content.native is not None else b""
    except Exception:  # noqa: BLE001 (hostile DER fails in many ways, all of them mean "no")
        return "", b""
