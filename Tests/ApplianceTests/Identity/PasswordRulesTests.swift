import AccessControl
import Identity
import Kernel
import TestKit
import Testing

@Suite("Password rules")
struct PasswordRulesTests {
    /// What is wrong with a password for Jane Doe of the Cedar Fork clinic.
    private func problems(_ password: String, charactersMin: Int = 15) async throws -> [String] {
        let fixture = try await IdentityFixture {
            $0.clinicName = "Cedar Fork Health Center"
            $0.passwordCharactersMin = charactersMin
        }
        return fixture.accounts.problems(
            Password(password), username: "jane.doe", displayName: "Jane Tsosie")
    }

    @Test(arguments: [
        "mesa kettle forty violins", "xK9vQ2mT7bLp4Zr", "839204719283746", "ᏩᏯ ᎠᎹ ᎤᏪᏥ ᏓᎶᏂᎨ ᎤᏍᏗ",
        "the quiet engine of march", "all lower case and no digit", "      q v      w j z",
        "correct umbrella quorum lattice", "Łitsoii tłʼízí nizhóní yáʼátʼééh",
    ])
    func `a long password that nobody guesses is accepted`(_ password: String) async throws {
        #expect(try await problems(password) == [])
    }

    @Test(arguments: [
        "passwordpassword", "password1234567", "Password2024!!!", "P@ssw0rdP@ssw0rd",
        "aaaaaaaaaaaaaaaa", "abcabcabcabcabc", "123456789012345", "qwertyuiopasdfghjkl",
        "1qaz2wsx3edc4rfv", "zyxwvutsrqponmlk", "Welcome1Welcome1", "iloveyou20242024",
        "jane.doe.jane.doe", "JaneTsosie1234567", "CedarForkHealth2025", "TribalEHR-2026-2026",
        "cedarforkclinic123", "summer-winter-2025", "letmeinletmeinletmein", "!!!!!!!!!!!!!!!!!",
        "dragonmonkey12345", "qwertyqwertyqwerty", "tsosie tsosie 1985",
    ])
    func `a long password that is guessed first is refused`(_ password: String) async throws {
        #expect(try await problems(password).count == 1)
    }

    @Test func `the shortest password has fifteen characters, counted as characters`() async throws
    {
        #expect(try await problems("mesa kettle fo").first?.contains("15 characters") == true)
        #expect(try await problems("mesa kettle for") == [])
        #expect(try await problems("ᏩᏯᎠᎹᎤᏪᏥᏓᎶᏂᎨᎤᏍᏗᎠ") == [])
        #expect(try await problems("ᏩᏯᎠᎹᎤᏪᏥᏓᎶᏂᎨᎤᏍᏗ").count == 1)
    }

    @Test func `a setting lowers the limit to eight and no further`() async throws {
        #expect(try await problems("xK9vQ2mT", charactersMin: 8) == [])
        #expect(try await problems("xK9vQ2mT", charactersMin: 1) == [])
        #expect(try await problems("xK9vQ2m", charactersMin: 1).count == 1)
        #expect(try await problems("password", charactersMin: 8).count == 1)
        #expect(try await problems("Password1", charactersMin: 8).count == 1)
    }

    @Test(arguments: [64, 128, 1_000])
    func `long passwords are accepted`(_ count: Int) async throws {
        let words = "mesa kettle forty violins over nineteen lanterns; "
        let text = String(String(repeating: words, count: 30).prefix(count - 3)) + "xqj"
        #expect(try await problems(text) == [])
    }

    @Test func `a password beyond a thousand characters is refused, also after normalization`()
        async throws
    {
        let long = String(repeating: "mesa kettle ", count: 100)
        #expect(try await problems(long).first?.contains("1000") == true)
        let growing = String(repeating: "ﷺ", count: 200)
        #expect(try await problems(growing).first?.contains("1000") == true)
    }

    @Test func `two ways to write one password are one password`() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.add("nez", password: "Ａ Nizhóní kettle over ﬁfty lakes")
        let success = try await fixture.signIn(
            "nez", "A Nizho\u{301}ni\u{301} kettle over fifty lakes")
        #expect(success.user.username == "nez")
    }

    @Test func `letter case and blanks in a password count`() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.add("nez")
        for other in ["Mesa kettle forty violins", "mesa kettle forty violins "] {
            #expect(try await fixture.refusal("nez", other)?.code == .login)
        }
    }

    @Test func `a password does not show when it is printed`() {
        let password = Password("mesa kettle forty violins")
        #expect(!"\(password) \(String(reflecting: password))".contains("mesa"))
        #expect(Mirror(reflecting: password).children.isEmpty)
    }

    @Test func `temporary passwords are accepted and differ`() async throws {
        let made = try (0..<20).map { _ in try Password.temporary() }
        #expect(Set(made).count == 20)
        for one in made { #expect(try await problems(one) == []) }
    }
}
