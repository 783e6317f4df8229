import Sealing
import Testing

@Suite("Recovery code")
struct RecoveryCodeTests {
    @Test func `a code reads back as it was printed`() throws {
        for _ in 0..<200 {
            let code = try RecoveryCode.random()
            let text = code.text
            #expect(text.utf8.count == 42)
            #expect(text.split(separator: "-").map(\.count) == [4, 4, 4, 4, 4, 4, 4, 4, 2])
            let read = try RecoveryCode(typed: text)
            #expect(read.secret.equals(code.secret))
            #expect(try read.kitID() == code.kitID())
        }
    }

    @Test func `small letters, blanks and look-alikes are read`() throws {
        let code = try RecoveryCode.random()
        let typed = code.text.lowercased().replacing("-", with: " \t").replacing("0", with: "o")
            .replacing("1", with: "l")
        #expect(try RecoveryCode(typed: "  \(typed)\n").secret.equals(code.secret))
    }

    @Test func `every single wrong character is noticed`() throws {
        let text = Array(try RecoveryCode.random().text.utf8)
        for index in text.indices where text[index] != UInt8(ascii: "-") {
            for other in "0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8 where other != text[index] {
                var changed = text
                changed[index] = other
                #expect(throws: RecoveryCodeError.checksum) {
                    try RecoveryCode(typed: String(decoding: changed, as: UTF8.self))
                }
            }
        }
    }

    @Test func `two swapped characters are noticed`() throws {
        let text = Array(try RecoveryCode.random().text.utf8.filter { $0 != UInt8(ascii: "-") })
        for index in text.indices.dropLast() where text[index] != text[index + 1] {
            var changed = text
            changed.swapAt(index, index + 1)
            #expect(throws: RecoveryCodeError.checksum) {
                try RecoveryCode(typed: String(decoding: changed, as: UTF8.self))
            }
        }
    }

    @Test func `wrong length and wrong characters are told apart`() throws {
        let text = try RecoveryCode.random().text
        #expect(throws: RecoveryCodeError.length(33)) {
            try RecoveryCode(typed: String(text.dropLast()))
        }
        #expect(throws: RecoveryCodeError.length(0)) { try RecoveryCode(typed: "") }
        #expect(throws: RecoveryCodeError.character(group: 2)) {
            try RecoveryCode(typed: text.prefix(6) + "U" + text.dropFirst(7))
        }
    }

    @Test func `kit numbers differ and printing a code hides it`() throws {
        let code = try RecoveryCode.random()
        #expect(try code.kitID().utf8.count == 8)
        #expect(try code.kitID() != RecoveryCode.random().kitID())
        #expect("\(code)" == "<recovery code>")
        #expect(!String(reflecting: code).contains(code.text.prefix(4)))
    }
}
