import Edge
import FHIRModel
import FHIRSearch
import Kernel
import RecordStore
import Sealing

/// The head of a request and, where it has one, its chunked body.
enum WireInput {
    static func take(_ bytes: [UInt8]) {
        let limits = EdgeLimits()
        let scan = HeadScan(limits)
        bytes.withUnsafeBytes { all in
            var chunks = ChunkScan(bodyBytesMax: 10_000)
            if let taken = try? chunks.feed(all) {
                precondition(taken <= all.count, "more of a body was taken than there is")
            }
            guard let end = try? scan.end(of: all, from: 0) else { return }
            precondition(end <= all.count, "the head ends behind its bytes")
            guard let head = try? scan.head(UnsafeRawBufferPointer(rebasing: all[..<end])) else {
                return
            }
            if case .length(let length) = head.framing {
                precondition(
                    length > 0 && length <= limits.bodyBytesMax, "a length was let through")
            }
        }
    }
}

/// Bytes as they are, and frames made of the parts between zero bytes: the first byte of each names
/// the kind and whether it is the last one of its message.
enum SocketInput {
    static func take(_ bytes: [UInt8]) {
        compare(bytes)
        var frames: [UInt8] = []
        for part in bytes.split(separator: 0) {
            let payload = part.dropFirst().prefix(1_000)
            let isFinal = part.first.map { $0 & 0x20 == 0 } ?? true
            frames.append((isFinal ? 0x80 : 0) | (part.first ?? 0) & 0x0F)
            if payload.count < 126 {
                frames.append(0x80 | UInt8(payload.count))
            } else {
                frames += [0xFE, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
            }
            frames += [0, 0, 0, 0] + payload
        }
        compare(frames)
    }

    /// However bytes are cut, they say the same.
    private static func compare(_ bytes: [UInt8]) {
        var whole = WebSocketReader()
        let wanted = try? whole.feed(bytes)
        var reader = WebSocketReader()
        var found: [WebSocketEvent]? = []
        for start in stride(from: 0, to: bytes.count, by: 3) where found != nil {
            let events = try? reader.feed(bytes[start..<min(start + 3, bytes.count)])
            found = events.flatMap { more in found.map { $0 + more } }
        }
        precondition(found == wanted, "cut bytes were read in another way")
    }
}

/// The first byte says whether the rest is the text of a cursor or the words that one is made of.
enum CursorInput {
    private static let box = CursorBox()

    static func take(_ bytes: [UInt8]) {
        guard let kind = bytes.first else { return }
        box?.take(Array(bytes.dropFirst()), isText: kind & 1 == 0)
    }
}

/// Lines of an import, as far as they go before the store.
enum ImportInput {
    private static let extractor = IndexExtractor()

    static func take(_ bytes: [UInt8]) {
        var cutter = LineCutter()
        var cuts: [LineCutter.Cut] = []
        for start in stride(from: 0, to: bytes.count, by: 700) {
            cuts += cutter.take(Array(bytes[start..<min(start + 700, bytes.count)]))
        }
        cuts += cutter.finish()
        var total = 0
        for case .piece(_, let piece) in cuts {
            total += piece.count
            for line in piece.split(separator: 0x0A) { look(Array(line)) }
        }
        precondition(total == bytes.count, "lines lost bytes")
    }

    private static func look(_ line: [UInt8]) {
        guard let json = try? JSON.parse(line) else { return }
        if let bundle = try? FHIRBundle(json) {
            for entry in bundle.entries { entry.resource.map(resource) }
        }
        resource(json)
    }

    private static func resource(_ json: JSON) {
        _ = ResourceCheck.problems(in: json)
        _ = Demographics.extract(patient: json)
        _ = PatientCompartment.patientReference(in: json)
        _ = ClinicalDate.of(json)
        _ = extractor.entries(of: json, type: json.string("resourceType") ?? "")
    }
}
