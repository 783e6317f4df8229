import FHIRModel
import FHIRPath
import Testing

/// The searches of one type as the certification kit asks them, each compared with what looking at
/// every record finds.
struct USCoreSearchChecks {
    let clinic: USCoreClinic
    let rule: USCoreTable.ResourceRule
    private let records: [USCoreClinic.Record]
    /// The values of every parameter, record by record.
    private let values: [String: [[USCoreValue]]]
    private(set) var faults: [String] = []
    private(set) var asked = 0

    private typealias Field = (String, String)

    init(_ clinic: USCoreClinic, _ rule: USCoreTable.ResourceRule) throws {
        self.clinic = clinic
        self.rule = rule
        records = clinic.records[rule.type] ?? []
        var values: [String: [[USCoreValue]]] = [:]
        for (name, parameter) in rule.parameters {
            values[name] = try records.map { try USCoreValue.of(parameter, in: $0.json) }
        }
        self.values = values
    }

    mutating func run() async throws {
        let searches = rule.searches.sorted { $0.count < $1.count }
        for (index, names) in searches.enumerated() {
            let places = records.indices.filter { place in
                names.allSatisfy { values[$0]?[place].isEmpty == false }
            }
            guard let first = places.first, let last = places.last else {
                faults.append("\(rule.type) \(names): no record has a value for each.")
                continue
            }
            for place in Set([first, last]).sorted() {
                try await check(names, place)
            }
            try await checkVariants(names, first, isFirst: index == 0)
        }
        try await checkIncludes()
    }

    /// The values of a record as a client asks for them.
    private func fields(
        _ names: [String], _ place: Int, withSystem: Bool = false, withType: Bool = false
    ) -> [Field] {
        names.compactMap { name in
            values[name]?[place].first.map {
                (name, $0.asked(withSystem: withSystem, withType: withType))
            }
        }
    }

    private mutating func check(_ names: [String], _ place: Int) async throws {
        try await compare(fields(names, place), mustBring: place)
    }

    /// The other ways to ask for the same.
    private mutating func checkVariants(
        _ names: [String], _ place: Int, isFirst: Bool
    ) async throws {
        if names.contains(where: { rule.parameters[$0]?.type == "token" && hasSystem($0, place) }) {
            try await compare(fields(names, place, withSystem: true), mustBring: place)
        }
        if names.contains(where: { isLocalReference($0, place) }) {
            try await compare(fields(names, place, withType: true), mustBring: place)
        }
        try await compare(fields(names, place), mustBring: place, byPost: true)
        for (number, name) in names.enumerated() {
            guard let parameter = rule.parameters[name] else { continue }
            for prefix in parameter.comparators {
                guard
                    let value = values[name]?[place].first?.moved(
                        days: prefix.hasPrefix("g") ? -1 : 1)
                else { continue }
                var fields = fields(names, place)
                fields[number].1 = prefix + value
                try await compare(fields, mustBring: place)
            }
            if parameter.takesLists {
                var fields = fields(names, place)
                fields[number].1 = allCodes(name).joined(separator: ",")
                try await compare(fields, mustBring: place)
            }
        }
        if isFirst, rule.revincludes.contains("Provenance:target") {
            try await checkProvenance(fields(names, place))
        }
    }

    private func hasSystem(_ name: String, _ place: Int) -> Bool {
        guard case .token(_?, _)? = values[name]?[place].first else { return false }
        return true
    }

    private func isLocalReference(_ name: String, _ place: Int) -> Bool {
        guard case .reference(let text)? = values[name]?[place].first else { return false }
        return text.split(separator: "/").count == 2
    }

    private func allCodes(_ name: String) -> [String] {
        var codes: Set<String> = []
        for value in values[name]?.joined() ?? [].joined() {
            if case .token(_, let code) = value { codes.insert(code) }
        }
        return codes.sorted()
    }

    /// Asks, and compares the answer with the records that fit.
    private mutating func compare(
        _ fields: [Field], mustBring place: Int, byPost: Bool = false
    ) async throws {
        asked += 1
        let found = try await clinic.search(rule.type, fields, byPost: byPost)
        let words = "\(rule.type) \(byPost ? "by POST " : "")\(fields)"
        guard found.status == 200 else {
            faults.append("\(words): status \(found.status).")
            return
        }
        let expected = records.indices.filter { index in
            fields.allSatisfy { name, text in
                let choices = text.split(separator: ",").map(String.init)
                return values[name]?[index].contains { value in
                    choices.contains { value.fits($0) }
                } ?? false
            }
        }.map { records[$0].id }
        if Set(found.matches) != Set(expected) || found.matches.count != expected.count {
            let more = Set(found.matches).subtracting(expected).sorted().prefix(3)
            let less = Set(expected).subtracting(found.matches).sorted().prefix(3)
            faults.append("\(words): too many \(more), missing \(less).")
        }
        if !found.matches.contains(records[place].id) {
            faults.append("\(words): does not bring \(records[place].id).")
        }
        if let total = found.total, total != expected.count {
            faults.append("\(words): the total says \(total), not \(expected.count).")
        }
    }

    /// Every record that the first search brings comes with its Provenance.
    private mutating func checkProvenance(_ fields: [Field]) async throws {
        asked += 1
        let found = try await clinic.search(
            rule.type, fields + [("_revinclude", "Provenance:target")])
        var told: Set<String> = []
        for record in found.included where record.type == "Provenance" {
            for target in record.json["target"]?.elements.map({ $0 }) ?? [] {
                told.insert(target.string("reference") ?? "")
            }
        }
        for id in found.matches where !told.contains("\(rule.type)/\(id)") {
            faults.append("\(rule.type)/\(id): no Provenance comes along.")
        }
        if found.matches.isEmpty { faults.append("\(rule.type): the first search is empty.") }
    }

    private mutating func checkIncludes() async throws {
        for include in rule.includes {
            let parts = include.split(separator: ":").map(String.init)
            let target =
                parts.count > 2 ? parts[2] : parts[1].prefix(1).uppercased() + parts[1].dropFirst()
            let pair = records.lazy.compactMap { record in
                Self.reference(to: target, at: parts[1], in: record.json).map {
                    (id: record.id, address: $0)
                }
            }.first
            guard let pair else {
                faults.append("\(include): no record points to a \(target).")
                continue
            }
            asked += 1
            let found = try await clinic.search(
                rule.type, [("_id", pair.id), ("_include", include)])
            if !found.included.contains(where: { $0.address == pair.address }) {
                faults.append("\(include): \(pair.address) does not come with \(pair.id).")
            }
        }
    }

    /// Where the member that a parameter is called after points to a type.
    private static func reference(to type: String, at name: String, in record: JSON) -> String? {
        var found: String?
        (record[name] ?? record["\(name)Reference"])?.forEachString { key, value in
            if key == "reference", value.hasPrefix("\(type)/") { found = found ?? value }
        }
        return found
    }
}
