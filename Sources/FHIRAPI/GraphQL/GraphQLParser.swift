/// Reads the language from left to right.
struct GraphQLParser {
    private let bytes: [UInt8]
    private var at = 0
    private var nodeCount = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func read(
        _ operations: inout [GraphQLDocument.Operation],
        _ fragments: inout [String: GraphQLDocument.Fragment]
    ) throws(GraphQLFault) {
        skip()
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "{") {
                operations.append(
                    GraphQLDocument.Operation(
                        name: nil, defaults: [:], selections: try selections(depth: 1)))
                continue
            }
            switch try name() {
            case "query": operations.append(try operation())
            case "fragment":
                let key = try name()
                guard try name() == "on" else { throw fault("A fragment says on which type.") }
                let type = try name()
                _ = try directives()
                fragments[key] = GraphQLDocument.Fragment(
                    type: type, selections: try selections(depth: 1))
            case "mutation", "subscription":
                throw fault("Only queries are answered; change records with the FHIR interface.")
            default: throw fault("A query begins with query, fragment or a brace.")
            }
        }
        guard !operations.isEmpty else { throw fault("The query asks for nothing.") }
    }

    private func fault(_ message: String) -> GraphQLFault { GraphQLFault(message, offset: at) }

    private mutating func operation() throws(GraphQLFault) -> GraphQLDocument.Operation {
        var key: String?
        if let byte = peek, Self.isNameStart(byte) { key = try name() }
        var defaults: [String: GraphQLDocument.Value] = [:]
        if take("(") {
            while !take(")") {
                try expect("$")
                let variable = try name()
                try expect(":")
                try type()
                if take("=") { defaults[variable] = try value(depth: 0) }
            }
        }
        _ = try directives()
        return GraphQLDocument.Operation(
            name: key, defaults: defaults, selections: try selections(depth: 1))
    }

    private mutating func type() throws(GraphQLFault) {
        var open = 0
        while take("[") { open += 1 }
        _ = try name()
        _ = take("!")
        for _ in 0..<open {
            try expect("]")
            _ = take("!")
        }
    }

    private mutating func selections(
        depth: Int
    ) throws(GraphQLFault) -> [GraphQLDocument.Selection] {
        guard depth <= GraphQLDocument.depthMax else {
            throw fault(
                "Fields stand at most \(GraphQLDocument.depthMax) deep inside of each other.")
        }
        try expect("{")
        var all: [GraphQLDocument.Selection] = []
        while !take("}") {
            try countNode()
            if takeDots() {
                all.append(try fragment(depth: depth))
            } else {
                all.append(.field(try field(depth: depth)))
            }
        }
        guard !all.isEmpty else { throw fault("Braces hold at least one field.") }
        return all
    }

    private mutating func fragment(
        depth: Int
    ) throws(GraphQLFault) -> GraphQLDocument.Selection {
        if let byte = peek, Self.isNameStart(byte) {
            let word = try name()
            guard word == "on" else { return .spread(name: word, try directives()) }
            let type = try name()
            return .inline(type: type, try directives(), try selections(depth: depth + 1))
        }
        return .inline(type: nil, try directives(), try selections(depth: depth + 1))
    }

    private mutating func field(depth: Int) throws(GraphQLFault) -> GraphQLDocument.Field {
        let first = try name()
        var alias: String?
        var key = first
        if take(":") {
            alias = first
            key = try name()
        }
        let arguments = try arguments()
        let directives = try directives()
        let inner = peek == UInt8(ascii: "{") ? try selections(depth: depth + 1) : []
        return GraphQLDocument.Field(
            alias: alias, name: key, arguments: arguments, directives: directives,
            selections: inner)
    }

    private mutating func arguments() throws(GraphQLFault) -> [GraphQLDocument.Argument] {
        guard take("(") else { return [] }
        var all: [GraphQLDocument.Argument] = []
        while !take(")") {
            try countNode()
            let key = try name()
            try expect(":")
            all.append(GraphQLDocument.Argument(name: key, value: try value(depth: 0)))
        }
        return all
    }

    private mutating func directives() throws(GraphQLFault) -> [GraphQLDocument.Directive] {
        var all: [GraphQLDocument.Directive] = []
        while take("@") {
            try countNode()
            let key = try name()
            all.append(GraphQLDocument.Directive(name: key, arguments: try arguments()))
        }
        return all
    }

    private mutating func value(depth: Int) throws(GraphQLFault) -> GraphQLDocument.Value {
        guard depth < 4, let byte = peek else { throw fault("A value is missing.") }
        if take("$") { return .variable(try name()) }
        if byte == UInt8(ascii: "\"") { return .text(try text()) }
        if take("[") {
            var all: [GraphQLDocument.Value] = []
            while !take("]") {
                try countNode()
                all.append(try value(depth: depth + 1))
            }
            return .list(all)
        }
        guard Self.isNameStart(byte) || byte &- 0x30 < 10 || byte == UInt8(ascii: "-") else {
            throw fault("A value is a text in quotes, a number, a word or a list.")
        }
        let start = at
        while at < bytes.count,
            Self.isNamePart(bytes[at]) || bytes[at] == 0x2E || bytes[at] == 0x2D
                || bytes[at] == 0x2B
        {
            at += 1
        }
        let word = String(decoding: bytes[start..<at], as: UTF8.self)
        skip()
        return .word(word)
    }

    private mutating func text() throws(GraphQLFault) -> String {
        at += 1
        var out: [UInt8] = []
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
            guard bytes[at] >= 0x20 else { throw fault("A text ends on the line it begins on.") }
            guard bytes[at] == UInt8(ascii: "\\") else {
                out.append(bytes[at])
                at += 1
                continue
            }
            at += 1
            guard at < bytes.count, let letter = Self.escapes[bytes[at]] else {
                throw fault("A backslash in a text stands before one of \" \\ / n t.")
            }
            out.append(letter)
            at += 1
        }
        guard at < bytes.count else { throw fault("A text has no end.") }
        at += 1
        skip()
        return String(decoding: out, as: UTF8.self)
    }

    private static let escapes: [UInt8: UInt8] = [
        0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x6E: 0x0A, 0x74: 0x09,
    ]

    private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func countNode() throws(GraphQLFault) {
        nodeCount += 1
        guard nodeCount <= GraphQLDocument.nodesMax else {
            throw fault("A query has at most \(GraphQLDocument.nodesMax) fields; ask in parts.")
        }
        guard at < bytes.count else { throw fault("The query ends too early.") }
    }

    private mutating func name() throws(GraphQLFault) -> String {
        guard let byte = peek, Self.isNameStart(byte) else { throw fault("A name is missing.") }
        let start = at
        while at < bytes.count, Self.isNamePart(bytes[at]) { at += 1 }
        let name = String(decoding: bytes[start..<at], as: UTF8.self)
        skip()
        return name
    }

    private mutating func take(_ sign: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: sign) else { return false }
        at += 1
        skip()
        return true
    }

    private mutating func takeDots() -> Bool {
        guard bytes[at...].starts(with: [0x2E, 0x2E, 0x2E]) else { return false }
        at += 3
        skip()
        return true
    }

    private mutating func expect(_ sign: Unicode.Scalar) throws(GraphQLFault) {
        guard take(sign) else { throw fault("\(sign) is missing.") }
    }

    /// Blanks, commas and what is behind a `#` mean nothing.
    private mutating func skip() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x09, 0x0A, 0x0D, 0x2C: at += 1
            case 0xEF where bytes[at...].starts(with: [0xEF, 0xBB, 0xBF]): at += 3
            case 0x23: while at < bytes.count, bytes[at] != 0x0A { at += 1 }
            default: return
            }
        }
    }

    private static func isNameStart(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte == 0x5F
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        isNameStart(byte) || byte &- 0x30 < 10
    }
}
