import Kernel

/// What the edge must know of a request before the HTTP parser sees it.
package struct RequestHead: Hashable, Sendable {
    /// The one address at which a connection may become a web socket.
    package static let socketPath = "/api/v1/socket"

    /// How the body is delimited.
    package enum Framing: Hashable, Sendable {
        case none
        case length(Int)
        case chunked
    }

    package let framing: Framing
    /// Whether the client wants the connection closed after the answer.
    package let wantsClose: Bool
    /// Whether the target lies below the FHIR base, whose failures have a shape of their own.
    package let isFHIR: Bool
}

/// Reads the head of an HTTP/1.1 request by the strict grammar and refuses whatever two readers
/// could understand in two ways.
///
/// The library's parser reads the same bytes afterwards; a request counts only when both agree.
/// Stricter than the standard where it lets a recipient choose: no obsolete line folding, no bare
/// line feed, one `Content-Length` at most, `chunked` as the only transfer coding, no other version.
/// Spec: RFC 9112, 2 to 6, https://www.rfc-editor.org/rfc/rfc9112
package struct HeadScan: Sendable {
    private let limits: EdgeLimits

    /// Makes a reader that enforces the limits.
    package init(_ limits: EdgeLimits) { self.limits = limits }

    /// The end of the head in `bytes`: the offset behind the empty line, or nil if more is to come.
    ///
    /// Looks at bytes from `start` on and refuses a line feed without a carriage return at once, so
    /// that such a client is told and not left to a deadline.
    package func end(
        of bytes: UnsafeRawBufferPointer, from start: Int
    ) throws(EdgeRefusal) -> Int? {
        var index = start
        while index < bytes.count {
            guard bytes[index] == .lineFeed else {
                index += 1
                continue
            }
            guard index > 0, bytes[index - 1] == .carriageReturn else {
                throw .malformed("A line of the request ends without a carriage return.")
            }
            if index == 1 || (index >= 3 && bytes[index - 2] == .lineFeed) { return index + 1 }
            index += 1
        }
        guard bytes.count <= limits.headBytesMax else { throw headTooLong(bytes) }
        return nil
    }

    /// Reads a whole head, its closing empty line included.
    package func head(_ bytes: UnsafeRawBufferPointer) throws(EdgeRefusal) -> RequestHead {
        guard bytes.count <= limits.headBytesMax else { throw headTooLong(bytes) }
        var offset = 0
        let request = try RequestLine(
            try line(bytes, &offset), targetBytesMax: limits.targetBytesMax)
        var fields = FramingFields()
        while true {
            let line = try line(bytes, &offset)
            if line.isEmpty { break }
            guard fields.count < limits.headerCountMax else {
                throw EdgeRefusal(
                    431, .tooLong,
                    "A request takes at most \(limits.headerCountMax) header fields.")
            }
            try fields.add(line)
        }
        return try fields.head(of: request, bodyBytesMax: limits.bodyBytesMax)
    }

    private func headTooLong(_ bytes: UnsafeRawBufferPointer) -> EdgeRefusal {
        let firstLine = bytes.firstIndex(of: .lineFeed) ?? bytes.count
        if firstLine > limits.targetBytesMax {
            return EdgeRefusal(
                414, .tooLong, "A request target takes at most \(limits.targetBytesMax) bytes.")
        }
        return EdgeRefusal(
            431, .tooLong, "The header fields take at most \(limits.headBytesMax) bytes.")
    }

    /// The next line without its end; a line feed only ever stands behind a carriage return here.
    private func line(
        _ bytes: UnsafeRawBufferPointer, _ offset: inout Int
    ) throws(EdgeRefusal) -> UnsafeRawBufferPointer {
        let start = offset
        var index = start
        while index < bytes.count, bytes[index] != .carriageReturn { index += 1 }
        guard index + 1 < bytes.count, bytes[index + 1] == .lineFeed else {
            throw .malformed("A carriage return stands alone in the request.")
        }
        offset = index + 2
        return UnsafeRawBufferPointer(rebasing: bytes[start..<index])
    }
}

/// The first line of a request.
struct RequestLine {
    let hasBodyMeaning: Bool
    let isFHIR: Bool
    /// Whether the connection may become a web socket there.
    let isSocket: Bool

    private static let known: [StaticString] = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS",
    ]
    /// Methods of the standard that no address of the box answers.
    private static let refused: [StaticString] = ["TRACE", "CONNECT"]

    init(_ line: UnsafeRawBufferPointer, targetBytesMax: Int) throws(EdgeRefusal) {
        guard let first = line.firstIndex(of: .space), let last = line.lastIndex(of: .space),
            first > 0, last > first + 1
        else { throw .malformed("The request line is not “method target version”.") }
        let method = UnsafeRawBufferPointer(rebasing: line[..<first])
        let target = UnsafeRawBufferPointer(rebasing: line[(first + 1)..<last])
        let version = UnsafeRawBufferPointer(rebasing: line[(last + 1)...])
        guard version.count == 8, version.starts(with: "HTTP/".utf8) else {
            throw .malformed("The request line does not end with the version of HTTP.")
        }
        guard version.elementsEqual("HTTP/1.1".utf8) else {
            throw EdgeRefusal(505, .notSupported, "This server speaks HTTP/1.1 and HTTP/2.")
        }
        guard method.allSatisfy(\.isTokenByte) else {
            throw .malformed("The method of the request is not a word.")
        }
        guard !Self.refused.contains(where: { method.equals($0) }) else {
            throw EdgeRefusal(405, .notSupported, "The method is not allowed here.")
        }
        guard Self.known.contains(where: { method.equals($0) }) else {
            throw EdgeRefusal(501, .notSupported, "This server does not know the method.")
        }
        guard target.count <= targetBytesMax else {
            throw EdgeRefusal(
                414, .tooLong, "A request target takes at most \(targetBytesMax) bytes.")
        }
        guard target[0] == UInt8(ascii: "/") else {
            throw .malformed("The request target does not begin with “/”.")
        }
        guard target.allSatisfy(\.isTargetByte) else {
            throw .malformed("The request target holds a character that must be percent-encoded.")
        }
        hasBodyMeaning = !(method.equals("GET") || method.equals("HEAD"))
        isFHIR = target.starts(with: "/fhir".utf8)
        isSocket = method.equals("GET") && target.elementsEqual(RequestHead.socketPath.utf8)
    }
}

/// The header fields that decide where a request ends and whom it is for.
struct FramingFields {
    private(set) var count = 0
    private var hostCount = 0
    private var lengths: [Int] = []
    private var codingCount = 0
    private var wantsClose = false
    private var wantsSocket = false

    /// Takes one header line in.
    mutating func add(_ line: UnsafeRawBufferPointer) throws(EdgeRefusal) {
        count += 1
        guard line[0] != .space, line[0] != .tab else {
            throw .malformed("A header line is folded; write it on one line.")
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else {
            throw .malformed("A header line has no name in front of a colon.")
        }
        let name = UnsafeRawBufferPointer(rebasing: line[..<colon])
        guard name.allSatisfy(\.isTokenByte) else {
            throw .malformed("The name of a header field holds a character that is not allowed.")
        }
        let value = UnsafeRawBufferPointer(rebasing: line[(colon + 1)...]).trimmed
        guard value.allSatisfy(\.isFieldByte) else {
            throw .malformed("The value of a header field holds a control character.")
        }
        try note(name, value)
    }

    private mutating func note(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) throws(EdgeRefusal) {
        switch name.count {
        case 4 where name.equalsIgnoringCase("host"): try noteHost(value)
        case 6 where name.equalsIgnoringCase("expect"):
            guard value.equalsIgnoringCase("100-continue") else {
                throw EdgeRefusal(417, .notSupported, "Only “Expect: 100-continue” can be met.")
            }
        case 7 where name.equalsIgnoringCase("upgrade"):
            guard value.equalsIgnoringCase("websocket") else { throw Self.noUpgrade }
            wantsSocket = true
        case 10 where name.equalsIgnoringCase("connection"):
            wantsClose = wantsClose || value.hasListWord("close")
        case 14 where name.equalsIgnoringCase("content-length"): try noteLength(value)
        case 14 where name.equalsIgnoringCase("content_length"),
            17 where name.equalsIgnoringCase("transfer_encoding"):
            throw .malformed("A header field is named like one that delimits the body.")
        case 17 where name.equalsIgnoringCase("transfer-encoding"):
            codingCount += 1
            guard value.equalsIgnoringCase("chunked") else {
                throw EdgeRefusal(501, .notSupported, "The only transfer coding taken is chunked.")
            }
        default: break
        }
    }

    private static let noUpgrade = EdgeRefusal.malformed(
        "This server does not upgrade connections here; leave “Upgrade” out.")

    private mutating func noteHost(_ value: UnsafeRawBufferPointer) throws(EdgeRefusal) {
        hostCount += 1
        guard !value.isEmpty, value.allSatisfy(\.isHostByte) else {
            throw .malformed("The header field Host is not a host name with an optional port.")
        }
    }

    private mutating func noteLength(_ value: UnsafeRawBufferPointer) throws(EdgeRefusal) {
        guard !value.isEmpty, value.count <= 15, value.allSatisfy(\.isDigit) else {
            throw .malformed("Content-Length is not one whole number.")
        }
        lengths.append(value.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) })
    }

    /// What follows from all fields together.
    func head(of request: RequestLine, bodyBytesMax: Int) throws(EdgeRefusal) -> RequestHead {
        guard hostCount == 1 else {
            throw .malformed("A request carries the header field Host exactly once.")
        }
        guard lengths.count <= 1, codingCount <= 1, lengths.isEmpty || codingCount == 0 else {
            throw .malformed("The length of the body is stated more than once.")
        }
        guard !wantsSocket || request.isSocket else { throw Self.noUpgrade }
        var framing = RequestHead.Framing.none
        if codingCount == 1 { framing = .chunked }
        if let length = lengths.first, length > 0 { framing = .length(length) }
        guard framing == .none || request.hasBodyMeaning else {
            throw .malformed("A request that only reads carries no body.")
        }
        if case .length(let length) = framing, length > bodyBytesMax {
            throw EdgeRefusal(413, .tooLong, "A body takes at most \(bodyBytesMax) bytes.")
        }
        // The parser of the library reads no second request behind one that asks to upgrade.
        return RequestHead(
            framing: framing, wantsClose: wantsClose || wantsSocket, isFHIR: request.isFHIR)
    }
}
