import Glibc
import Kernel
import RecordStore
import Sealing
import Synchronization

/// Hands out the setup code of a box that belongs to nobody, and knows which one holds.
///
/// The code lives in memory and in a file that only the owner of the data folder can read; a start
/// makes another one.
final class SetupCodeDesk: Sendable {
    /// How long a code holds, in milliseconds of the steady clock.
    static let lifeMs: Int64 = 1_800_000

    /// What a typed code is.
    enum Verdict: Sendable {
        case right, wrong
        /// Right, and somebody has come in with it already.
        case used
        /// Right once, and older than ``SetupCodeDesk/lifeMs``; or none was handed out.
        case expired
    }

    private struct Issued {
        let code: SetupCode
        let steadyMs: Int64
        /// The token that the code was given up for.
        var usedFor: String?
    }

    private let path: String
    private let clock: Clock
    private let draw: @Sendable (Int) throws -> [UInt8]
    private let issued = Mutex<Issued?>(nil)

    init(path: String, clock: Clock, draw: @escaping @Sendable (Int) throws -> [UInt8]) {
        self.path = path
        self.clock = clock
        self.draw = draw
    }

    /// Makes a code, which ends the one before, and writes it into the file.
    ///
    /// - Throws: ``Problem`` where the kernel gives no randomness or the file cannot be written.
    func issue() throws(Problem) -> String {
        let bytes: [UInt8]
        do {
            bytes = try draw(SetupCode.randomBytes)
        } catch {
            throw Problem(
                .transient,
                "The machine gives no random numbers yet, so no setup code can be made. Wait a "
                    + "minute, then run: tribal-ehr setup-code")
        }
        let code = SetupCode(random: bytes)
        try FileBytes.replace(path, with: Array((code.text + "\n").utf8))
        let nowMs = clock.steadyMs()
        issued.withLock { $0 = Issued(code: code, steadyMs: nowMs) }
        return code.text
    }

    /// Judges a code; a right one is given up for a token.
    func take(_ typed: SetupCode, for token: String) -> Verdict {
        let nowMs = clock.steadyMs()
        return issued.withLock { issued in
            guard let known = issued else { return .expired }
            guard known.code.equals(typed) else { return .wrong }
            if known.usedFor != nil { return .used }
            guard nowMs - known.steadyMs < Self.lifeMs else { return .expired }
            issued?.usedFor = token
            return .right
        }
    }

    /// Makes a code fit again that was given up for a token which could not be kept.
    func giveBack(for token: String) {
        issued.withLock { if $0?.usedFor == token { $0?.usedFor = nil } }
    }

    /// Ends the code and takes its file away.
    func close() {
        issued.withLock { $0 = nil }
        unlink(path)
    }
}
