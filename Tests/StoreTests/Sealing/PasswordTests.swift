import Kernel
import Sealing
import Testing

@Suite("Passwords")
struct PasswordTests {
    private let cheap = Argon2Cost(passes: 1, memoryKiB: 64, lanes: 1)
    private let password = Array("correct horse battery staple".utf8)

    @Test func `a password matches itself and nothing else`() throws {
        let stored = try PasswordHash.hash(password, cost: cheap)
        #expect(stored.hasPrefix("$argon2id$v=19$m=64,t=1,p=1$"))
        #expect(PasswordHash.verify(password, against: stored))
        #expect(!PasswordHash.verify(password + [0x20], against: stored))
        #expect(!PasswordHash.verify([], against: stored))
        #expect(try PasswordHash.hash(password, cost: cheap) != stored)
    }

    @Test(arguments: [
        "", "x", "$argon2id$v=19$m=64,t=1,p=1$$", "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$aaaa",
        "$argon2id$v=19$m=4000000000,t=1,p=1$c29tZXNhbHQ$aaaa",
        "$argon2id$v=19$m=64,t=99999,p=1$c29tZXNhbHQ$a",
        "$argon2id$v=19$m=,t=,p=$c29tZXNhbHQ$aaaa",
    ])
    func `a stored text that is none matches no password`(stored: String) {
        #expect(!PasswordHash.verify(password, against: stored))
    }

    @Test func `a hash of another cost is to be made anew`() throws {
        let stored = try PasswordHash.hash(password, cost: cheap)
        #expect(PasswordHash.needsRehash(stored))
        #expect(!PasswordHash.needsRehash(stored, cost: cheap))
    }

    @Test func `the cost of a sign-in is what the standard asks for`() throws {
        var stored = ""
        let taken = try ContinuousClock().measure { stored = try PasswordHash.hash(password) }
        print("argon2id, 64 MiB, 3 passes: \(taken)")
        #expect(stored.hasPrefix("$argon2id$v=19$m=65536,t=3,p=1$"))
        #expect(taken > .milliseconds(20))
    }

    @Test func `a password that is too long is refused before any work`() {
        let long = [UInt8](repeating: 0x61, count: PasswordHash.passwordBytesMax + 1)
        #expect(throws: SealingError.self) { try PasswordHash.hash(long, cost: cheap) }
        #expect(!PasswordHash.verify(long, against: "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$aaaa"))
    }

    @Test func `the pool hashes and verifies`() async throws {
        let pool = try PasswordPool(cost: cheap)
        let stored = try await pool.hash(password)
        #expect(try await pool.verify(password, against: stored))
        #expect(try await !pool.verify(Array("other".utf8), against: stored))
        #expect(try await !pool.verify(password, against: nil))
    }

    @Test func `an unknown user takes as long as a known one`() async throws {
        let cost = Argon2Cost(passes: 2, memoryKiB: 8 << 10, lanes: 1)
        let pool = try PasswordPool(cost: cost)
        let stored = try await pool.hash(password)
        let clock = ContinuousClock()
        var known: [Duration] = []
        var unknown: [Duration] = []
        for _ in 0..<15 {
            known.append(
                try await clock.measure { _ = try await pool.verify([1], against: stored) })
            unknown.append(try await clock.measure { _ = try await pool.verify([1], against: nil) })
        }
        let middle = (known.sorted()[7], unknown.sorted()[7])
        #expect(middle.1 > middle.0 * 0.5 && middle.1 < middle.0 * 2)
    }

    @Test func `a flood is throttled and the rest is answered`() async throws {
        let slow = Argon2Cost(passes: 3, memoryKiB: 4 << 10, lanes: 1)
        let pool = try PasswordPool(threads: 1, waitingMax: 2, cost: slow)
        let password = password
        let answers = await withTaskGroup(of: String.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    do {
                        return try await pool.verify(password, against: nil) ? "yes" : "no"
                    } catch let problem as Problem {
                        return problem.code.rawValue
                    } catch {
                        return "other"
                    }
                }
            }
            return await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(answers["no", default: 0] >= 2)
        #expect(answers["throttled", default: 0] > 0)
        #expect(answers["no", default: 0] + answers["throttled", default: 0] == 40)
    }
}
