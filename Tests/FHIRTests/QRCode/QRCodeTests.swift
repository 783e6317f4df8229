import QRCode
import Testing

@Suite struct QRCodeTests {
    @Test func `every length up to the largest reads back`() throws {
        var versions = Set<Int>()
        for length in 0...QRCode.textBytesMax where length < 20 || length % 17 == 0 || length > 655
        {
            let text = String(
                (0..<length).map { Character(Unicode.Scalar(UInt8(33 + $0 * 31 % 94))) })
            let reading = QRReading(code: try #require(QRCode(text: text)))
            versions.insert(reading.version)
            #expect(reading.text == text, "length \(length)")
        }
        #expect(versions == Set(1...20))
    }

    @Test func `a text that is too long has no code`() {
        #expect(QRCode(text: String(repeating: "a", count: QRCode.textBytesMax)) != nil)
        #expect(QRCode(text: String(repeating: "a", count: QRCode.textBytesMax + 1)) == nil)
        #expect(QRCode(text: String(repeating: "ž", count: QRCode.textBytesMax / 2 + 1)) == nil)
    }

    @Test func `letters beyond ASCII are counted in bytes`() throws {
        let text = "otpauth://totp/Łítłʼízí:ažíísh?secret=JBSWY3DPEHPK3PXP"
        #expect(QRReading(code: try #require(QRCode(text: text))).text == text)
    }

    @Test func `a module that is turned shows in the corrections`() throws {
        var reading = QRReading(code: try #require(QRCode(text: "https://clinic.local/")))
        #expect(reading.text == "https://clinic.local/")
        reading.modules[reading.side - 1][reading.side - 1].toggle()
        #expect(reading.text == nil)
    }

    @Test func `the same text gives the same code`() {
        #expect(QRCode(text: "clinic") == QRCode(text: "clinic"))
        #expect(QRCode(text: "clinic") != QRCode(text: "Clinic"))
    }

    @Test func `the picture draws exactly the dark modules inside of a light border`() throws {
        let code = try #require(QRCode(text: "https://clinic.local/trust"))
        let frame = code.side + 8
        let picture = code.svg(title: "x")
        #expect(picture.contains("viewBox=\"0 0 \(frame) \(frame)\""))
        let path = try #require(
            picture.split(separator: "<path d=\"").last?.split(separator: "\"").first)
        var drawn = [[Bool]](
            repeating: [Bool](repeating: false, count: code.side), count: code.side)
        for run in path.split(separator: "M") {
            let numbers = run.split { !$0.isNumber }.compactMap { Int($0) }
            for column in 0..<numbers[2] { drawn[numbers[1] - 4][numbers[0] - 4 + column] = true }
        }
        #expect(drawn == QRReading(code: code).modules)
    }

    @Test func `a title cannot bring markup into the picture`() throws {
        let picture = try #require(QRCode(text: "a")).svg(title: "</title><script>&\u{0}")
        #expect(picture.contains("<title>&lt;/title&gt;&lt;script&gt;&amp; </title>"))
    }
}
