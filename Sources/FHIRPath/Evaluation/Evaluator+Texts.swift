/// Functions of texts; a position counts Unicode scalars from 0.
///
/// Spec: FHIRPath, string manipulation, https://hl7.org/fhirpath/#string-manipulation
extension Evaluator {
    func textual(
        _ call: Call, on value: PathValue, _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        guard let text = try string([value], call.place) else { return [] }
        try charge(1 + text.utf8.count / 16, call.place)
        switch call.function {
        case .upper: return try self.text(text.uppercased(), call.place)
        case .lower: return try self.text(text.lowercased(), call.place)
        case .length: return [.integer(Int64(text.unicodeScalars.count))]
        case .toChars: return try characters(text, call)
        case .trim: return [.string(Self.trimmed(text))]
        case .substring: return try cut(text, call, scope)
        case .matches, .matchesFull, .replaceMatches: return try pattern(call, text, scope)
        default: break
        }
        guard let other = try string(argument(0, of: call, scope), call.place) else { return [] }
        switch call.function {
        case .startsWith: return [.boolean(text.utf8.starts(with: other.utf8))]
        case .endsWith: return [.boolean(text.utf8.reversed().starts(with: other.utf8.reversed()))]
        case .contains: return [.boolean(Self.first(other, in: text) != nil)]
        case .indexOf: return [.integer(Self.index(Self.first(other, in: text), text))]
        case .lastIndexOf: return [.integer(Self.index(Self.last(other, in: text), text))]
        case .replace:
            guard let by = try string(argument(1, of: call, scope), call.place) else { return [] }
            return try replaced(text, other, by, call)
        case .split: return try split(text, other, call)
        default: return try coded(call, text, other)
        }
    }

    // MARK: Places

    /// Where a text stands in another one, in bytes.
    private static func first(_ part: String, in text: String) -> Int? {
        places(of: Array(part.utf8), in: Array(text.utf8), countMax: 1).first
    }

    private static func last(_ part: String, in text: String) -> Int? {
        if part.isEmpty { return text.utf8.count }
        let bytes = Array(text.utf8)
        return places(of: Array(part.utf8), in: bytes, countMax: .max, overlaps: true).last
    }

    /// The places of a part, found in time linear to both (Knuth, Morris and Pratt).
    private static func places(
        of part: [UInt8], in text: [UInt8], countMax: Int, overlaps: Bool = false
    ) -> [Int] {
        guard !part.isEmpty else { return [0] }
        var borders = [Int](repeating: 0, count: part.count)
        var length = 0
        for index in 1..<max(1, part.count) {
            while length > 0, part[index] != part[length] { length = borders[length - 1] }
            if part[index] == part[length] { length += 1 }
            borders[index] = length
        }
        var found: [Int] = []
        length = 0
        for (index, byte) in text.enumerated() {
            while length > 0, byte != part[length] { length = borders[length - 1] }
            if byte == part[length] { length += 1 }
            guard length == part.count else { continue }
            found.append(index + 1 - length)
            if found.count == countMax { break }
            length = overlaps ? borders[length - 1] : 0
        }
        return found
    }

    private static func index(_ byte: Int?, _ text: String) -> Int64 {
        guard let byte else { return -1 }
        return Int64(String(decoding: text.utf8.prefix(byte), as: UTF8.self).unicodeScalars.count)
    }

    private func cut(
        _ text: String, _ call: Call, _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        guard let start = try integer(argument(0, of: call, scope), call.place), start >= 0 else {
            return []
        }
        let scalars = text.unicodeScalars
        guard start < scalars.count else { return [] }
        let rest = scalars.dropFirst(Int(start))
        guard call.arguments.count > 1,
            let length = try integer(argument(1, of: call, scope), call.place)
        else { return [.string(String(rest))] }
        return [.string(String(rest.prefix(Int(max(0, min(length, Int64(rest.count)))))))]
    }

    // MARK: Parts

    private func characters(_ text: String, _ call: Call) throws(FHIRPathError) -> [PathValue] {
        try check(count: text.unicodeScalars.count, call.place)
        return text.unicodeScalars.map { .string(String($0)) }
    }

    static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars.drop { $0.properties.isWhitespace }
        let tail = scalars.reversed().prefix { $0.properties.isWhitespace }.count
        return String(scalars.dropLast(tail))
    }

    private func split(
        _ text: String, _ separator: String, _ call: Call
    ) throws(FHIRPathError) -> [PathValue] {
        guard !separator.isEmpty else { return [.string(text)] }
        let bytes = Array(text.utf8)
        var out: [PathValue] = []
        var start = 0
        for place in Self.places(of: Array(separator.utf8), in: bytes, countMax: .max) {
            out.append(.string(String(decoding: bytes[start..<place], as: UTF8.self)))
            start = place + separator.utf8.count
        }
        out.append(.string(String(decoding: bytes[start...], as: UTF8.self)))
        try check(count: out.count, call.place)
        return out
    }

    func joined(
        _ call: Call, _ focus: [PathValue], _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        var separator = ""
        if !call.arguments.isEmpty {
            separator = try string(argument(0, of: call, scope), call.place) ?? ""
        }
        var out = ""
        for (index, value) in focus.enumerated() {
            if index > 0 { out += separator }
            out += try string([value], call.place) ?? ""
            try check(textBytes: out.utf8.count, call.place)
        }
        return focus.isEmpty ? [] : [.string(out)]
    }

    private func replaced(
        _ text: String, _ part: String, _ substitute: String, _ call: Call
    ) throws(FHIRPathError) -> [PathValue] {
        if part.isEmpty {
            let count = text.unicodeScalars.count
            try check(textBytes: text.utf8.count + (count + 1) * substitute.utf8.count, call.place)
            let body = text.unicodeScalars.map { String($0) }.joined(separator: substitute)
            return [.string(substitute + body + (text.isEmpty ? "" : substitute))]
        }
        let bytes = Array(text.utf8)
        let places = Self.places(of: Array(part.utf8), in: bytes, countMax: .max)
        try check(textBytes: bytes.count + places.count * substitute.utf8.count, call.place)
        var out: [UInt8] = []
        var start = 0
        for place in places {
            out += bytes[start..<place]
            out += substitute.utf8
            start = place + part.utf8.count
        }
        out += bytes[start...]
        return [.string(String(decoding: out, as: UTF8.self))]
    }

    // MARK: Patterns

    private func pattern(
        _ call: Call, _ text: String, _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        let flagsAt = call.function == .replaceMatches ? 2 : 1
        var pattern = call.pattern
        if pattern == nil {
            guard let source = try string(argument(0, of: call, scope), call.place) else {
                return []
            }
            var flags = ""
            if call.arguments.count > flagsAt {
                flags = try string(argument(flagsAt, of: call, scope), call.place) ?? ""
            }
            pattern = try Pattern(source, flags: flags, at: call.place)
        }
        guard let pattern else { return [] }
        let charge = { (steps: Int) throws(FHIRPathError) in try self.charge(steps, call.place) }
        guard call.function == .replaceMatches else {
            let isFull = call.function == .matchesFull
            return [.boolean(try pattern.matches(text, isFull: isFull, charge: charge))]
        }
        guard let by = try string(argument(1, of: call, scope), call.place) else { return [] }
        if pattern.isEmpty { return [.string(text)] }
        return try self.text(pattern.replacing(text, by: by, charge: charge), call.place)
    }
}
