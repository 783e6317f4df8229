import FHIRModel
import Identity
import Kernel
import Sealing
import TestKit

/// An authenticator app in the hands of a test.
struct TestApp: Sendable {
    let seed: SecretBytes

    init?(key: String) {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for letter in key.utf8 where letter != 0x20 {
            let value: UInt32
            switch letter {
            case 0x41...0x5A: value = UInt32(letter - 0x41)
            case 0x32...0x37: value = UInt32(letter - 0x32 + 26)
            default: return nil
            }
            bits = bits << 5 | value
            count += 5
            if count >= 8 {
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count - 8)))
                count -= 8
            }
        }
        seed = SecretBytes(copying: bytes)
    }

    /// The code at a time, in UTC milliseconds.
    func code(atMs ms: Int64, stepsLater: Int64 = 0) throws -> String {
        try TOTP.code(seed, step: TOTP.step(atMs: ms) + stepsLater)
    }
}

extension Browser {
    /// What the details of a refusal name.
    static func need(_ answer: Answer) -> String? {
        answer.json?["error"]?["details"]?[0]?.string("location")
    }

    /// Sets an app up and answers the app and the recovery codes.
    func setUpApp(_ clock: FixedClock) async throws -> (app: TestApp, codes: [String])? {
        let begun = try await send("POST", "/api/v1/auth/factors/app")
        guard let key = begun.json?.string("key"), let app = TestApp(key: key) else { return nil }
        let done = try await send(
            "POST", "/api/v1/auth/factors/app/confirm",
            #"{"code":"\#(try app.code(atMs: clock.wallMs))"}"#)
        let codes = done.json?["recoveryCodes"]?.elements.compactMap(\.string) ?? []
        return done.status == 200 ? (app, codes) : nil
    }
}

extension IdentityServer {
    /// Takes the second step of a sign-in whose first one was answered.
    func finish(_ login: Answer, _ code: String) async throws -> Browser {
        let step = login.cookie("__Host-tribal-ehr-sign-in") ?? ""
        let answer = try await send(
            "POST", "/api/v1/auth/factor", #"{"code":"\#(code)"}"#,
            ["Cookie": "__Host-tribal-ehr-sign-in=\(step)"])
        return Browser(
            server: self, session: answer.cookie("__Host-tribal-ehr-session") ?? "",
            device: answer.cookie("__Host-tribal-ehr-device") ?? "",
            pageToken: answer.json?.string("csrfToken") ?? "", login: answer)
    }
}
