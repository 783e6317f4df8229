import Foundation
import HTTPTypes
import Kernel
import ServerKit
import TestKit
import Testing

@Suite("TLS and HTTP/2")
struct TLSTests {
    private static func curl(_ arguments: String...) async throws -> Program {
        try await Program.running(
            "/usr/bin/curl", ["-sk", "--max-time", "30"] + arguments, errors: .withOutput)
    }

    private static func openssl(_ box: EdgeBox, _ arguments: String...) async throws -> Program {
        try await Program.running(
            "/usr/bin/openssl", ["s_client", "-connect", "127.0.0.1:\(box.port)"] + arguments,
            errors: .withOutput)
    }

    @Test(arguments: [("--http2", "2"), ("--http1.1", "1.1")])
    func `both versions of HTTP answer the same`(flag: String, version: String) async throws {
        try await EdgeBox.with { box in
            let run = try await Self.curl(
                flag, "-i", "-w", "version=%{http_version}",
                "https://localhost:\(box.port)/api/v1/hello")
            #expect(run.text.contains("version=\(version)"))
            #expect(run.text.contains(#"{"hello":true}"#))
            for field in SecurityHeaders.all {
                #expect(run.text.lowercased().contains("\r\n\(field.name.canonicalName): "))
            }
        }
    }

    @Test func `bodies and failures work over HTTP/2`() async throws {
        try await EdgeBox.with { box in
            let base = "https://localhost:\(box.port)"
            let echo = try await Self.curl(
                "--http2", "--data-binary", "hello there", "\(base)/api/v1/echo")
            #expect(echo.text == "hello there")
            let large = try await Self.curl(
                "--http2", "-w", " %{http_code}", "--data-binary",
                String(repeating: "a", count: 3_000), "\(base)/api/v1/echo")
            #expect(large.text.hasSuffix(" 413"))
            #expect(large.text.contains("at most 2000 bytes"))
            let lost = try await Self.curl("--http2", "-w", " %{http_code}", "\(base)/fhir/x")
            #expect(lost.text.contains("OperationOutcome") && lost.text.hasSuffix(" 404"))
            let host = try await Self.curl(
                "--http2", "-w", " %{http_code}", "-H", "Host: evil.example", "\(base)/api/v1/hello"
            )
            #expect(host.text.hasSuffix(" 421"))
            let head = try await Self.curl(
                "--http2", "-I", "-w", "size=%{size_download}", "\(base)/api/v1/hello")
            #expect(head.text.contains("content-length: 14") && head.text.hasSuffix("size=0"))
            let waits = try await Self.curl(
                "--http2", "-H", "Expect: 100-continue", "-d", "abc", "\(base)/api/v1/echo")
            #expect(waits.text == "abc")
        }
    }

    @Test func `fifty requests at once on one connection are all answered`() async throws {
        try await EdgeBox.with { box in
            let run = try await Self.curl(
                "--http2", "--parallel", "--parallel-max", "50", "-w", "%{http_code}\n", "-o",
                "/dev/null", "https://localhost:\(box.port)/api/v1/pause?[1-50]")
            #expect(run.text.components(of: "200\n") == 50)
        }
    }

    /// Beyond what the library takes for an attack: a client that stops reading at the announced
    /// length, and resets the stream where the end does not come with the last bytes.
    @Test func `three hundred requests one after the other stay on one connection`() async throws {
        try await EdgeBox.with { box in
            for method in ["GET", "HEAD"] {
                let run = try await Self.curl(
                    "--http2", "--max-time", "300", method == "HEAD" ? "-I" : "--get", "-w",
                    "%{stderr}%{http_code}/%{num_connects}\n", "-o", "/dev/null",
                    "https://localhost:\(box.port)/api/v1/hello?[1-300]")
                #expect(run.text.components(of: "200/") == 300)
                #expect(run.text.components(of: "200/1\n") == 1)
            }
        }
    }

    @Test(arguments: ["-tls1", "-tls1_1"])
    func `old TLS is refused`(version: String) async throws {
        try await EdgeBox.with { box in
            let run = try await Self.openssl(box, version, "-cipher", "ALL:@SECLEVEL=0")
            #expect(run.status != 0)
            #expect(run.text.contains("Cipher is (NONE)") || run.text.contains("alert"))
        }
    }

    @Test(arguments: ["AES128-SHA", "ECDHE-ECDSA-AES128-SHA", "DHE-RSA-AES128-GCM-SHA256"])
    func `a suite without forward secrecy or authentication is refused`(suite: String) async throws
    {
        try await EdgeBox.with { box in
            let run = try await Self.openssl(
                box, "-tls1_2", "-cipher", "\(suite):@SECLEVEL=0")
            #expect(run.text.contains("Cipher is (NONE)"))
        }
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func `present TLS is taken`(version: String) async throws {
        try await EdgeBox.with { box in
            let run = try await Self.openssl(box, version)
            #expect(run.status == 0)
            #expect(!run.text.contains("Cipher is (NONE)"))
        }
    }

    @Test func `another certificate is shown without a restart`() async throws {
        let identity = try TestCertificate.shared.identity()
        let second = TestCertificate.make(name: "second.local")
        try await EdgeBox.with(tls: identity) { box in
            let before = try await Self.openssl(box)
            #expect(before.text.contains("CN = localhost"))
            try identity.replace(
                certificatePEM: second.certificatePEM, privateKeyPEM: second.privateKeyPEM)
            let after = try await Self.openssl(box)
            #expect(after.text.contains("CN = second.local"))
        }
    }

    @Test func `a certificate and a key that do not belong together are refused`() throws {
        let first = TestCertificate.shared
        let second = TestCertificate.make(name: "second.local")
        #expect(throws: Problem(.invalid, "")) {
            try TLSIdentity(
                certificatePEM: first.certificatePEM, privateKeyPEM: second.privateKeyPEM)
        }
        #expect(throws: Problem(.invalid, "")) {
            try TLSIdentity(certificatePEM: [], privateKeyPEM: first.privateKeyPEM)
        }
    }
}
