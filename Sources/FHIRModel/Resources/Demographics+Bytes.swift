/// Why stored demographics could not be read.
package struct DemographicsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        case version, truncated, tooMany, text, trailingBytes
    }

    /// What is wrong.
    package let code: Code
    /// Bytes before the place; from 0.
    package let offset: Int

    /// Makes an error.
    package init(_ code: Code, offset: Int) {
        self.code = code
        self.offset = offset
    }

    package var description: String {
        "Stored demographics are damaged (\(code.rawValue) at byte \(offset)); rebuild the index."
    }
}

extension Demographics {
    /// The version of the form that `encode()` writes.
    package static let formVersion: UInt8 = 1

    /// A compact form for the store's own use, which `init(decoding:)` reads back.
    package func encode() -> [UInt8] {
        var out = FieldWriter()
        out.bytes.append(Self.formVersion)
        out.text(id)
        out.text(birthDate)
        out.text(gender)
        out.text(race)
        out.text(ethnicity)
        out.text(mergedInto)
        out.flag(isActive)
        switch deceased {
        case .no: out.bytes.append(0)
        case .yes: out.bytes.append(1)
        case .at(let time):
            out.bytes.append(2)
            out.text(time)
        }
        out.texts(languages)
        out.list(names) { out, name in
            for field in [name.use, name.text, name.family, name.periodEnd] { out.text(field) }
            for field in [name.given, name.prefix, name.suffix] { out.texts(field) }
        }
        out.list(identifiers) { out, item in
            for field in [item.system, item.value, item.typeCode] { out.text(field) }
        }
        out.list(telecoms) { out, item in
            for field in [item.system, item.value, item.use] { out.text(field) }
        }
        out.list(addresses) { out, item in
            out.texts(item.lines)
            for field in [item.city, item.district, item.state, item.postalCode] { out.text(field) }
            for field in [item.country, item.use, item.text, item.periodEnd] { out.text(field) }
        }
        out.list(tribalAffiliations) { out, item in
            out.text(item.code)
            out.text(item.display)
            out.bytes.append(item.isEnrolled.map { $0 ? 2 : 1 } ?? 0)
        }
        return out.bytes
    }

    /// Reads what `encode()` wrote.
    ///
    /// - Throws: ``DemographicsError`` if the bytes are of another version or damaged.
    package init(decoding bytes: [UInt8]) throws(DemographicsError) {
        self.init()
        var input = FieldReader(bytes)
        guard try input.byte() == Self.formVersion else {
            throw DemographicsError(.version, offset: 0)
        }
        id = try input.text()
        birthDate = try input.text()
        gender = try input.text()
        race = try input.text()
        ethnicity = try input.text()
        mergedInto = try input.text()
        isActive = try input.byte() != 0
        deceased = try input.deceased()
        languages = try input.texts()
        names = try input.list { (input) throws(DemographicsError) in try input.name() }
        identifiers = try input.list { (input) throws(DemographicsError) in
            Identifier(
                system: try input.text(), value: try input.text() ?? "",
                typeCode: try input.text())
        }
        telecoms = try input.list { (input) throws(DemographicsError) in
            Contact(system: try input.text(), value: try input.text() ?? "", use: try input.text())
        }
        addresses = try input.list { (input) throws(DemographicsError) in try input.address() }
        tribalAffiliations = try input.list { (input) throws(DemographicsError) in
            let (code, display) = (try input.text(), try input.text())
            let enrolled = try input.byte()
            return TribalAffiliation(
                code: code, display: display, isEnrolled: enrolled == 0 ? nil : enrolled == 2)
        }
        try input.end()
    }
}

/// Appends fields: a length that 0 marks absent, then the bytes.
private struct FieldWriter {
    var bytes: [UInt8] = []

    mutating func text(_ value: String?) {
        guard let value else { return bytes.append(0) }
        number(value.utf8.count + 1)
        bytes += value.utf8
    }

    mutating func texts(_ values: [String]) { list(values) { $0.text($1) } }

    mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }

    mutating func list<Item>(_ items: [Item], _ each: (inout FieldWriter, Item) -> Void) {
        number(items.count)
        for item in items { each(&self, item) }
    }

    private mutating func number(_ value: Int) {
        var rest = UInt64(value)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

/// Takes fields in the order they were written.
private struct FieldReader {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func byte() throws(DemographicsError) -> UInt8 {
        guard at < bytes.count else { throw DemographicsError(.truncated, offset: at) }
        defer { at += 1 }
        return bytes[at]
    }

    mutating func text() throws(DemographicsError) -> String? {
        let marked = try number()
        guard marked > 0 else { return nil }
        guard marked - 1 <= bytes.count - at else {
            throw DemographicsError(.truncated, offset: at)
        }
        let range = at..<at + marked - 1
        at = range.upperBound
        let text = bytes.withUnsafeBufferPointer {
            String(validating: UnsafeBufferPointer(rebasing: $0[range]), as: UTF8.self)
        }
        guard let text else { throw DemographicsError(.text, offset: range.lowerBound) }
        return text
    }

    mutating func texts() throws(DemographicsError) -> [String] {
        try list { (input) throws(DemographicsError) in try input.text() ?? "" }
    }

    /// Every item takes a byte at least, so a count beyond what is left is damage.
    mutating func list<Item>(
        _ each: (inout FieldReader) throws(DemographicsError) -> Item
    ) throws(DemographicsError) -> [Item] {
        let count = try number()
        guard count <= bytes.count - at else { throw DemographicsError(.tooMany, offset: at) }
        var items: [Item] = []
        items.reserveCapacity(count)
        for _ in 0..<count { items.append(try each(&self)) }
        return items
    }

    mutating func deceased() throws(DemographicsError) -> Demographics.Deceased {
        switch try byte() {
        case 0: .no
        case 1: .yes
        default: .at(try text() ?? "")
        }
    }

    mutating func name() throws(DemographicsError) -> PersonName {
        var name = PersonName()
        name.use = try text()
        name.text = try text()
        name.family = try text()
        name.periodEnd = try text()
        name.given = try texts()
        name.prefix = try texts()
        name.suffix = try texts()
        return name
    }

    mutating func address() throws(DemographicsError) -> Demographics.Address {
        var address = Demographics.Address()
        address.lines = try texts()
        address.city = try text()
        address.district = try text()
        address.state = try text()
        address.postalCode = try text()
        address.country = try text()
        address.use = try text()
        address.text = try text()
        address.periodEnd = try text()
        return address
    }

    func end() throws(DemographicsError) {
        guard at == bytes.count else { throw DemographicsError(.trailingBytes, offset: at) }
    }

    private mutating func number() throws(DemographicsError) -> Int {
        var value = 0
        for shift in stride(from: 0, through: 28, by: 7) {
            let part = try byte()
            value |= Int(part & 0x7F) << shift
            if part < 0x80 { return value }
        }
        throw DemographicsError(.tooMany, offset: at)
    }
}
