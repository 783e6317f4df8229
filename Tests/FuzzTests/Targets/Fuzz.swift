import Glibc

/// What libFuzzer calls with each input; the environment says which parser gets it.
@_cdecl("LLVMFuzzerTestOneInput")
public func oneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    chosen([UInt8](UnsafeBufferPointer(start: start, count: count)))
    return 0
}

private let chosen: @Sendable ([UInt8]) -> Void = {
    let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
        // libFuzzer itself has no way to refuse an input; the script names the targets.
        exit(2)
    }
    return target.take
}()

/// The parsers, each with what must hold for whatever it takes.
enum FuzzTarget: String, CaseIterable {
    case json, xml, fhirpath, search, cursor, http, patch, date, `import`, socket

    var take: @Sendable ([UInt8]) -> Void {
        switch self {
        case .json: JSONInput.take
        case .xml: XMLInput.take
        case .fhirpath: PathInput.take
        case .search: SearchInput.take
        case .cursor: CursorInput.take
        case .http: WireInput.take
        case .patch: PatchInput.take
        case .date: DateInput.take
        case .import: ImportInput.take
        case .socket: SocketInput.take
        }
    }
}

extension [UInt8] {
    /// The parts between zero bytes, at most `count`; the last one holds what is left.
    func parts(_ count: Int) -> [String] {
        split(separator: 0, maxSplits: count - 1, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }
}
