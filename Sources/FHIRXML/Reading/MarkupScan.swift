import Glibc

/// A first look over a document, before libxml2 sees it.
///
/// It finds what would be costly or dangerous to parse: another encoding, a document type, very
/// many processing instructions, and tags with very many attributes, whose names libxml2 compares
/// each with each.
struct MarkupScan {
    /// The most processing instructions of a document; the names of many are slow to look up.
    private static let instructionsMax = 256

    private let bytes: UnsafeBufferPointer<UInt8>
    private let quotesMax: Int
    private var place = 0
    private var instructions = 0

    /// Looks through a document; answers the first thing that is refused, with its place.
    static func fault(
        in bytes: UnsafeBufferPointer<UInt8>, attributesMax: Int
    ) -> (code: XMLError.Code, offset: Int)? {
        var scan = MarkupScan(bytes: bytes, quotesMax: 2 * attributesMax)
        return scan.run()
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, quotesMax: Int) {
        self.bytes = bytes
        self.quotesMax = quotesMax
    }

    private mutating func run() -> (XMLError.Code, Int)? {
        if starts([0xEF, 0xBB, 0xBF]) { place += 3 }
        if starts("<?xml"), let fault = declaration() { return fault }
        while skip(to: 0x3C) {
            if starts("<!--") {
                skip(past: "-->", from: 4)
            } else if starts("<![CDATA[") {
                skip(past: "]]>", from: 9)
            } else if starts("<!") {
                return (.documentType, place)
            } else if starts("<?") {
                instructions += 1
                guard instructions <= Self.instructionsMax else {
                    return (.tooManyInstructions, place)
                }
                skip(past: "?>", from: 2)
            } else if let fault = tag() {
                return fault
            }
        }
        return nil
    }

    /// The encoding that the XML declaration names must be UTF-8.
    private mutating func declaration() -> (XMLError.Code, Int)? {
        let start = place
        skip(past: "?>", from: 5)
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        guard let name = text.firstRange(of: "encoding") else { return nil }
        let rest = text[name.upperBound...].drop { $0 == "=" || $0.isWhitespace }
        guard let quote = rest.first, quote == "\"" || quote == "'" else { return nil }
        let encoding = rest.dropFirst().prefix { $0 != quote }.lowercased()
        return encoding == "utf-8" ? nil : (.encoding, start)
    }

    /// Goes past a tag and counts the quotes in it.
    private mutating func tag() -> (XMLError.Code, Int)? {
        let start = place
        var quotes = 0
        place += 1
        while place < bytes.count {
            let byte = bytes[place]
            if byte == 0x3E {
                place += 1
                return nil
            }
            if byte == 0x22 || byte == 0x27 {
                quotes += 2
                guard quotes <= quotesMax else { return (.tooManyAttributes, start) }
                place += 1
                guard skip(to: byte) else { return nil }
            }
            place += 1
        }
        return nil
    }

    /// Goes to the next byte of a kind; false at the end of the document.
    private mutating func skip(to byte: UInt8) -> Bool {
        guard place < bytes.count, let start = bytes.baseAddress,
            let found = memchr(start + place, Int32(byte), bytes.count - place)
        else {
            place = bytes.count
            return false
        }
        place = UnsafeRawPointer(found) - UnsafeRawPointer(start)
        return true
    }

    private mutating func skip(past mark: StaticString, from offset: Int) {
        place += offset
        while place < bytes.count {
            if starts(mark) {
                place += mark.utf8CodeUnitCount
                return
            }
            place += 1
        }
        place = bytes.count
    }

    private func starts(_ mark: StaticString) -> Bool {
        guard place + mark.utf8CodeUnitCount <= bytes.count else { return false }
        for index in 0..<mark.utf8CodeUnitCount
        where bytes[place + index] != mark.utf8Start[index] {
            return false
        }
        return true
    }

    private func starts(_ mark: [UInt8]) -> Bool {
        bytes[place...].starts(with: mark)
    }
}
