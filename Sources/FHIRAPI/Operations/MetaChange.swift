import FHIRModel
import Kernel

/// The profiles, tags and security labels of resources.
struct MetaLabels {
    /// The most labels of one resource.
    static let countMax = 100
    /// The elements of `meta` that operations see and change.
    private static let codings = ["security", "tag"]

    private var profiles: [String] = []
    private var labels: [String: [JSON]] = [:]
    private var seen: Set<String> = []

    /// No labels.
    init() {}

    /// The labels of a `meta`.
    init(_ meta: JSON?) { add(meta) }

    /// Adds labels that are not there yet.
    mutating func add(_ meta: JSON?) {
        guard let meta else { return }
        for profile in meta["profile"]?.elements.compactMap(\.string) ?? []
        where seen.insert("profile \(profile)").inserted {
            profiles.append(profile)
        }
        for name in Self.codings {
            for coding in meta[name]?.elements.map({ $0 }) ?? []
            where seen.insert(Self.key(name, coding)).inserted {
                labels[name, default: []].append(coding)
            }
        }
    }

    /// Takes labels out, by their system and code.
    mutating func remove(_ meta: JSON) {
        let gone = MetaLabels(meta)
        profiles.removeAll { gone.seen.contains("profile \($0)") }
        for name in Self.codings {
            labels[name]?.removeAll { gone.seen.contains(Self.key(name, $0)) }
        }
        seen.subtract(gone.seen)
    }

    /// How many labels there are.
    var count: Int { profiles.count + labels.values.reduce(0) { $0 + $1.count } }

    /// Writes the labels as members of a `meta`.
    func write(to meta: inout JSONWriter) {
        if !profiles.isEmpty {
            meta.array("profile") { list in for one in profiles { list.string(one) } }
        }
        for name in Self.codings {
            guard let codings = labels[name], !codings.isEmpty else { continue }
            meta.array(name) { list in for one in codings { list.value(one) } }
        }
    }

    /// The content of a resource with these labels and what else its `meta` has.
    func written(into resource: JSON) throws(Problem) -> JSON {
        var writer = JSONWriter()
        writer.object { meta in
            for (key, value) in resource["meta"]?.members.map({ $0 }) ?? []
            where key != "profile" && !Self.codings.contains(key) {
                meta.member(key, value)
            }
            write(to: &meta)
        }
        do throws(JSONError) {
            let meta = try JSON.parse(writer.bytes, limits: .resource)
            return try JSON.parse(
                resource.rewritten(stamp: ResourceStamp(meta: meta)), limits: .resource)
        } catch {
            throw error.problem()
        }
    }

    private static func key(_ name: String, _ coding: JSON) -> String {
        "\(name) \(coding.string("system") ?? "")|\(coding.string("code") ?? "")"
    }
}
