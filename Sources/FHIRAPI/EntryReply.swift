import FHIRModel
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
        let isInside = problem.location?.hasPrefix(place) == true && problem.issues.isEmpty
        outcome = OperationOutcome.bytes(
            isInside
                ? problem
                : problem.placed(
                    problem.issues.isEmpty
                        ? problem.location.map { "\(place): \($0)" } ?? place : place))
    }

    /// The status with its phrase, which the standard wants for those that are asked for most.
    private static func line(_ status: Int) -> String {
        let phrases = [
            200: "OK", 201: "Created", 204: "No Content", 304: "Not Modified", 400: "Bad Request",
            403: "Forbidden", 404: "Not Found", 409: "Conflict", 410: "Gone",
            412: "Precondition Failed", 422: "Unprocessable Content",
        ]
        return phrases[status].map { "\(status) \($0)" } ?? "\(status)"
    }

    /// Writes the entry.
    func write(to writer: inout BundleWriter) {
        writer.response(
            BundleWriter.ResponseLine(
                status: Self.line(status), location: location,
                etag: version.map { "W/\"\($0)\"" },
                lastModified: changedMs.map { Timestamp.text(ms: $0) }),
            fullURL: resource == nil ? nil : fullURL, resource: resource, outcome: outcome)
    }
}
