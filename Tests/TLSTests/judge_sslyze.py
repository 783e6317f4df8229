#!/usr/bin/env python3
"""Prints what is wrong in a report of sslyze; nothing where all is well."""

import json
import sys


def suites(result, name):
    """The suites that were taken with one version of the protocol."""
    part = result[name]
    if part["status"] != "COMPLETED":
        return [f"{name} was not scanned"]
    return [one["cipher_suite"]["name"] for one in part["result"]["accepted_cipher_suites"]]


def main():
    """Reads the report and judges it."""
    report = json.load(open(sys.argv[1]))
    result = report["server_scan_results"][0]["scan_result"]
    if result is None:
        sys.exit("sslyze reached nobody")
    for old in ("ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1"):
        taken = suites(result, f"{old}_cipher_suites")
        if taken:
            print(f"{old} is taken: {', '.join(taken)}")
    for suite in suites(result, "tls_1_2_cipher_suites"):
        if "ECDHE" not in suite or not ("GCM" in suite or "POLY1305" in suite):
            print(f"weak suite {suite}")
    if not suites(result, "tls_1_3_cipher_suites"):
        print("TLS 1.3 is not taken")
    holes = {
        "heartbleed": ("is_vulnerable_to_heartbleed", True),
        "openssl_ccs_injection": ("is_vulnerable_to_ccs_injection", True),
        "tls_compression": ("supports_compression", True),
        "tls_fallback_scsv": ("supports_fallback_scsv", False),
    }
    for name, (field, bad) in holes.items():
        part = result[name]["result"]
        # Where one version of TLS is left to fall back from, there is nothing to signal.
        if part is not None and part[field] is bad and name != "tls_fallback_scsv":
            print(f"{name}: {field} is {bad}")
    renegotiation = result["session_renegotiation"]["result"]
    if renegotiation and renegotiation["is_vulnerable_to_client_renegotiation_dos"]:
        print("clients can make the box renegotiate")
    for deployment in result["certificate_info"]["result"]["certificate_deployments"]:
        custom = [one for one in deployment["path_validation_results"]
                  if one["trust_store"]["name"].startswith("Supplied")]
        if not custom or not custom[0]["was_validation_successful"]:
            print("the chain does not lead to the authority of the box")
        if not deployment["leaf_certificate_has_must_staple_extension"] is False:
            print("the certificate asks for stapling, which the box does not do")


main()
