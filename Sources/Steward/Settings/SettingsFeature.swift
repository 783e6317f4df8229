import AccessControl
import FHIRModel
import Hummingbird
import Kernel
package import ServerKit

/// The settings of the box: those that may change while it runs, and those of the file to read.
///
/// Spec: FEATURES CFG-03, CFG-06, CFG-07, CFG-14, CFG-17.
package struct SettingsFeature: Feature {
    package static let key = "settings"

    private let gate: Gate
    private let record: SettingsRecord

    /// Makes the feature.
    package init(gate: Gate, record: SettingsRecord) {
        self.gate = gate
        self.record = record
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.get("api/v1/admin/settings", use: list)
        routes.signedIn.put("api/v1/admin/settings/:key", limits: .form, use: set)
    }

    /// `GET /api/v1/admin/settings`.
    @Sendable private func list(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        try await answer(context)
    }

    /// `PUT /api/v1/admin/settings/{key}`: `{"value": "20"}`, or `null` for the default, from the
    /// version in `If-Match`.
    @Sendable private func set(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let key = try context.parameters.require("key")
        let grant = try await gate.grant(
            Ask(.update, area: .system, type: "Setting", id: String(key.prefix(64))),
            to: context.caller)
        let version = try VersionTag.wanted(request.headers)
        let fields = try BodyFields(try await context.body(of: request), takes: ["value"])
        let text = try fields.text("value")
        try await gate.recordingRefusal(of: grant) {
            try await record.set(grant, key: key, to: text, ifVersion: version)
        }
        return try await answer(context)
    }

    private func answer(_ context: CallerContext) async throws -> Response {
        let grant = try await gate.grant(
            Ask(.read, area: .system, type: "Setting"), to: context.caller)
        let views = try await record.list(grant)
        var writer = JSONWriter(reservingBytes: 16_384)
        writer.object { top in
            top.array("items") { list in
                for view in views { list.object { Self.write(view, to: &$0) } }
            }
        }
        return .json(writer.bytes)
    }

    private static func write(_ view: SettingsRecord.View, to one: inout JSONWriter) {
        let fact = view.fact
        one.member("key", fact.key)
        one.member("group", fact.group)
        one.member("sentence", fact.sentence)
        one.member("bound", fact.bound)
        if let unit = fact.unit { one.member("unit", unit) }
        write(fact.kind, to: &one)
        one.member("default", fact.defaultText)
        one.member("value", fact.givenText ?? view.setText ?? fact.defaultText)
        one.member(
            "source", fact.givenText != nil ? "given" : view.setText != nil ? "page" : "default")
        if let place = fact.givenPlace { one.member("place", place) }
        one.member("canBeSet", fact.isOpen)
        one.member("version", "\(view.versions.first?.version ?? 0)")
        one.array("versions") { list in
            for version in view.versions {
                list.object { item in
                    item.member("version", "\(version.version)")
                    item.member("at", Timestamp.text(ms: version.atMs))
                    item.member("by", version.author)
                    if let value = version.value?.string { item.member("value", value) }
                }
            }
        }
    }

    private static func write(_ kind: SettingFact.Kind, to one: inout JSONWriter) {
        switch kind {
        case .text: one.member("kind", "text")
        case .number(let range):
            one.member("kind", "number")
            one.member("min", range.lowerBound)
            one.member("max", range.upperBound)
        case .choice(let words):
            one.member("kind", "choice")
            one.array("choices") { list in
                for word in words { list.string(word) }
            }
        }
    }
}
