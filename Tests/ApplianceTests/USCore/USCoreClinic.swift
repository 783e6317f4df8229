import FHIRModel
import TestKit
import Testing

/// The demo clinic as a client sees it: every record that the routes hand out.
struct USCoreClinic: Sendable {
    private let asker: Visitor?
    /// The records by type, in the order in which the pages brought them.
    private(set) var records: [String: [Record]] = [:]
    private(set) var byAddress: [String: Record] = [:]

    struct Record: Sendable {
        let type: String
        let id: String
        let json: JSON
        let profiles: Set<String>

        var address: String { "\(type)/\(id)" }

        init(_ json: JSON) {
            type = json.string("resourceType") ?? ""
            id = json.string("id") ?? ""
            self.json = json
            profiles = Set(json.at("meta", "profile")?.elements.compactMap(\.string) ?? [])
        }
    }

    /// What a search brought, over all pages.
    struct Found {
        var status = 0
        var total: Int?
        var matches: [String] = []
        var included: [Record] = []
    }

    /// Who asks for the records.
    var visitor: Visitor {
        get throws { try #require(asker) }
    }

    /// A clinic of records at hand, which nobody serves.
    init(_ lines: [[UInt8]]) throws {
        asker = nil
        for record in try lines.map({ Record(try JSON.parse($0)) }) {
            records[record.type, default: []].append(record)
            byAddress[record.address] = record
        }
    }

    /// Reads every type to the last page.
    init(_ visitor: Visitor, types: [String]) async throws {
        asker = visitor
        for type in types {
            var path: String? = "/fhir/\(type)?_count=100"
            while let now = path {
                let page = try #require(try await visitor.get(now).json, "\(type)")
                let found = page["entry"]?.elements.compactMap { $0["resource"] } ?? []
                for record in found.map(Record.init) {
                    records[type, default: []].append(record)
                    byAddress[record.address] = record
                }
                path = Self.next(page)
            }
        }
    }

    /// Searches and follows the pages, by GET or by POST.
    func search(
        _ type: String, _ fields: [(String, String)], byPost: Bool = false
    ) async throws -> Found {
        let visitor = try visitor
        let text = fields.map { "\($0.0)=\(Self.escaped($0.1))" }.joined(separator: "&")
        var answer =
            byPost
            ? try await visitor.send(
                "POST", "/fhir/\(type)/_search", text,
                ["Content-Type": "application/x-www-form-urlencoded"])
            : try await visitor.get("/fhir/\(type)?\(text)")
        var found = Found(status: answer.status)
        while let page = answer.json, answer.status == 200 {
            found.total = found.total ?? page["total"]?.int
            for entry in page["entry"]?.elements.map({ $0 }) ?? [] {
                guard let record = entry["resource"].map(Record.init) else { continue }
                if entry.at("search", "mode")?.string == "match" {
                    found.matches.append(record.id)
                } else {
                    found.included.append(record)
                }
            }
            guard let next = Self.next(page) else { break }
            answer = try await visitor.get(next)
        }
        return found
    }

    private static func next(_ page: JSON) -> String? {
        let link = page["link"]?.elements.first { $0.string("relation") == "next" }
        return link?.string("url").map { String($0.dropFirst("https://clinic.local".count)) }
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let scalar = Character(UnicodeScalar(byte))
            let isPlain =
                byte < 0x80 && (scalar.isLetter || scalar.isNumber || "-_.,".contains(scalar))
            guard !isPlain else { return String(scalar) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
