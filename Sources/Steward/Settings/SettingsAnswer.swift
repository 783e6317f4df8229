package import AccessControl
import FHIRModel
import Kernel

extension SettingsRecord {
    /// Every setting as pages and commands take it: `{"items": […]}`; put on record.
    package func listed(_ grant: Grant) async throws -> [UInt8] {
        let views = try await list(grant)
        var writer = JSONWriter(reservingBytes: 16_384)
        writer.object { top in
            top.array("items") { list in
                for view in views { list.object { Self.write(view, to: &$0) } }
            }
        }
        return writer.bytes
    }

    private static func write(_ view: View, to one: inout JSONWriter) {
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
