import AccessControl
import FHIRModel
import RecordStore
import Sealing

/// What is kept of the dealings with an authority, sealed in the settings.
struct AcmeMemory: Sendable {
    private static let row = "acme"
    /// How long to wait after so many failures, in seconds.
    private static let pauseSeconds = [600, 3_600, 21_600, 86_400]

    /// The directory that the key was made for.
    var directory = ""
    var key: SecretBytes?
    /// Whether a certificate of the authority is in force, and is renewed by itself.
    var isActive = false
    var failures = 0
    /// Not tried again before; UTC milliseconds.
    var nextTryMs: Int64 = 0
    /// When it was tried last; UTC milliseconds, 0 for never.
    var lastTryMs: Int64 = 0
    /// What went wrong last, in a sentence; nil where nothing did.
    var fault: String?
    /// Whether the authority itself asked to be left alone until ``nextTryMs``.
    var isSentAway = false

    /// Takes a failure down.
    mutating func fail(_ found: AcmeFault, nowMs: Int64) {
        failures = min(failures + 1, 1_000)
        let own = Self.pauseSeconds[min(failures, Self.pauseSeconds.count) - 1]
        nextTryMs = nowMs + Int64(max(own, found.pauseSeconds)) * 1_000
        isSentAway = found.pauseSeconds > 0
        fault = found.words
    }

    /// Takes down that it worked.
    mutating func succeed() {
        isActive = true
        failures = 0
        nextTryMs = 0
        fault = nil
        isSentAway = false
    }

    static func read(_ grant: Grant, _ rows: RowReader) throws -> AcmeMemory {
        guard let json = try SettingRows.value(grant, row, rows).map({ try JSON.parse($0) }) else {
            return AcmeMemory()
        }
        var memory = AcmeMemory()
        memory.directory = json.string("directory") ?? ""
        memory.key = json.string("key").map { SecretBytes(copying: Array($0.utf8)) }
        memory.isActive = json["isActive"]?.bool ?? false
        memory.failures = json["failures"]?.int ?? 0
        memory.nextTryMs = Int64(json["nextTryMs"]?.int ?? 0)
        memory.lastTryMs = Int64(json["lastTryMs"]?.int ?? 0)
        memory.fault = json.string("fault")
        memory.isSentAway = json["isSentAway"]?.bool ?? false
        return memory
    }

    func put(_ grant: Grant, _ rows: RowWriter) throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("directory", directory)
        if let key {
            writer.member("key", key.withBytes { String(decoding: $0, as: UTF8.self) })
        }
        writer.member("isActive", isActive)
        writer.member("failures", failures)
        writer.member("nextTryMs", Int(nextTryMs))
        writer.member("lastTryMs", Int(lastTryMs))
        if let fault { writer.member("fault", fault) }
        writer.member("isSentAway", isSentAway)
        writer.endObject()
        try SettingRows.put(grant, Self.row, writer.bytes, rows)
    }
}
