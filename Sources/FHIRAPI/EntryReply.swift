import FHIRModel
import HTTPTypes
import Kernel
import RecordStore
import ServerKit

/// What one entry of a Bundle is answered with.
struct EntryReply: Sendable {
    /// The HTTP status that the entry alone would have got.
    let status: Int
    var location: String?
    var version: Int?
    /// UTC milliseconds.
    var changedMs: Int64?
    var resource: [UInt8]?
    var outcome: [UInt8]?
    var fullURL: String?

    init(
        _ status: Int, version: Int? = nil, changedMs: Int64? = nil, resource: [UInt8]? = nil,
        fullURL: String? = nil
    ) {
        self.status = status
        self.version = version
        self.changedMs = changedMs
        self.resource = resource
        self.fullURL = fullURL
    }

    /// The answer to a change.
    init(_ changed: Changed, isDeletion: Bool, base: String) {
        let status = changed.outcome == .created ? 201 : isDeletion ? 204 : 200
        self.init(status, version: changed.version, changedMs: changed.changedMs)
        guard !isDeletion else { return }
        location = FHIRNames.address(of: changed, base: base)
        fullURL = "\(base)/\(changed.type)/\(changed.id)"
    }

    /// The answer to an entry that failed.
    init(_ problem: Problem, at index: Int) {
        self.init(StatusTable.status(of: problem.code))
        let place = BundlePlan.place(index)
        let isInside = problem.location?.hasPrefix(place) == true
        outcome = OperationOutcome.bytes(
            isInside
                ? problem
                : problem.placed(problem.location.map { "\(place): \($0)" } ?? place))
    }

    /// Writes the entry.
    func write(to writer: inout BundleWriter) {
        let status = HTTPResponse.Status(code: status)
        writer.response(
            BundleWriter.ResponseLine(
                status: "\(status.code) \(status.reasonPhrase)", location: location,
                etag: version.map { "W/\"\($0)\"" },
                lastModified: changedMs.map { Timestamp.text(ms: $0) }),
            fullURL: resource == nil ? nil : fullURL, resource: resource, outcome: outcome)
    }
}
