"""Why TLS failed, told apart as far as people can do something about it."""

from __future__ import annotations

import ssl

from pulseboard.guard.errors import Failure

#: Verification errors of OpenSSL (``X509_V_ERR_…``).
BY_VERIFY_CODE = {
    9: Failure.NOT_YET_VALID,
    10: Failure.EXPIRED,
    18: Failure.SELF_SIGNED,
    **dict.fromkeys((2, 19, 20, 21, 24, 27), Failure.UNTRUSTED),
    **dict.fromkeys((62, 64), Failure.WRONG_HOST),
    **dict.fromkeys((66, 67, 68), Failure.WEAK_CERTIFICATE),
}

#: Reasons of OpenSSL, as far as a whole class of trouble hangs on them.
BY_REASON = {
    **dict.fromkeys(
        (
            "UNSUPPORTED_PROTOCOL",
            "NO_PROTOCOLS_AVAILABLE",
            "TLSV1_ALERT_PROTOCOL_VERSION",
            "VERSION_TOO_LOW",
            "WRONG_SSL_VERSION",
        ),
        Failure.TLS_VERSION,
    ),
    **dict.fromkeys(
        ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"),
        Failure.NOT_TLS,
    ),
    **dict.fromkeys(
        ("EE_KEY_TOO_SMALL", "CA_KEY_TOO_SMALL", "CA_MD_TOO_WEAK", "DH_KEY_TOO_SMALL"),
        Failure.WEAK_CERTIFICATE,
    ),
    **dict.fromkeys(
        (
            "TLSV13_ALERT_CERTIFICATE_REQUIRED",
            "TLSV1_ALERT_UNKNOWN_CA",
            "TLSV1_ALERT_ACCESS_DENIED",
            "SSLV3_ALERT_BAD_CERTIFICATE",
            "SSLV3_ALERT_CERTIFICATE_EXPIRED",
            "SSLV3_ALERT_CERTIFICATE_REVOKED",
            "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
            "SSLV3_ALERT_NO_CERTIFICATE",
            "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
        ),
        Failure.CLIENT_CERTIFICATE,
    ),
}


def tls_failure(error: Exception) -> Failure:
    """Return what *error*, raised by a handshake or within TLS, means."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return BY_VERIFY_CODE.get(error.verify_code, Failure.CERTIFICATE)
    reason = (error.reason or "") if isinstance(error, ssl.SSLError) else ""
    return BY_REASON.get(reason, Failure.TLS)
