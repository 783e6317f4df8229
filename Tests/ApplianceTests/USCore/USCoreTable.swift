import FHIRModel
import FHIRPath
import Foundation

/// What US Core 6.1.0 asks of a server and its records, as `appliance/generate-us-core-checks`
/// wrote it down.
struct USCoreTable {
    /// The canonical address of the server's capability statement.
    let capability: String
    let types: [ResourceRule]
    let profiles: [ProfileRule]

    struct ResourceRule {
        let type: String
        /// SHALL, SHOULD or MAY.
        let level: String
        let profiles: [String]
        let searches: [[String]]
        let parameters: [String: Parameter]
        let includes: [String]
        let revincludes: [String]
    }

    struct Parameter {
        let type: String
        let expression: FHIRPathExpression
        let comparators: [String]
        let takesLists: Bool
    }

    struct ProfileRule {
        let url: String
        let type: String
        /// Name, system and code of the searches by which its records are found.
        let first: [(name: String, system: String, code: String)]
        let elements: [Element]
    }

    struct Element {
        let name: String
        let expression: FHIRPathExpression
        let reference: FHIRPathExpression?
        let targets: [String]
    }

    static func load() throws -> USCoreTable {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Fixtures/us-core-6.1.0.json").standardizedFileURL
        let json = try JSON.parse(Array(try Data(contentsOf: file)), limits: .any)
        return USCoreTable(
            capability: json.string("capability") ?? "",
            types: try (json["types"]?.members.map { $0 } ?? []).map(resource),
            profiles: try (json["profiles"]?.members.map { $0 } ?? []).map(profile))
    }

    private static func resource(_ type: String, _ json: JSON) throws -> ResourceRule {
        var parameters: [String: Parameter] = [:]
        for (name, one) in json["parameters"]?.members.map({ $0 }) ?? [] {
            parameters[name] = Parameter(
                type: one.string("type") ?? "",
                expression: try FHIRPathExpression(one.string("expression") ?? ""),
                comparators: texts(one["comparators"]), takesLists: one.string("or") != nil)
        }
        return ResourceRule(
            type: type, level: json.string("level") ?? "", profiles: texts(json["profiles"]),
            searches: (json["searches"]?.elements.map { $0 } ?? []).map { texts($0["names"]) },
            parameters: parameters, includes: texts(json["includes"]),
            revincludes: texts(json["revincludes"]))
    }

    private static func profile(_ url: String, _ json: JSON) throws -> ProfileRule {
        ProfileRule(
            url: url, type: json.string("type") ?? "",
            first: (json["first"]?.elements.map { $0 } ?? []).map(texts).map {
                ($0[0], $0[1], $0[2])
            },
            elements: try (json["elements"]?.elements.map { $0 } ?? []).map { one in
                Element(
                    name: one.string("element") ?? "",
                    expression: try FHIRPathExpression(one.string("expression") ?? ""),
                    reference: try one.string("reference").map { try FHIRPathExpression($0) },
                    targets: texts(one["targets"]))
            })
    }

    private static func texts(_ json: JSON?) -> [String] {
        json?.elements.compactMap(\.string) ?? []
    }
}
