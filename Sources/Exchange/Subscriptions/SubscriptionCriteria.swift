import FHIRModel
import FHIRSearch
import Kernel

/// Which records a subscription is about: a search that one record alone can answer.
struct SubscriptionCriteria: Sendable {
    /// Bytes of a search.
    static let bytesMax = 4_096

    let type: String
    private let criteria: [SearchCriterion]
    private static let match = SearchMatch()
    private static let extractor = IndexExtractor()

    /// Reads a search such as `Observation?code=1234-5&patient=7`.
    ///
    /// - Throws: ``Problem`` that says what to leave out.
    init(_ text: String, nowMs: Int64) throws(Problem) {
        guard text.utf8.count <= Self.bytesMax else {
            throw Self.wrong(.tooLong, "has at most \(Self.bytesMax) bytes")
        }
        let halves = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        type = String(halves[0])
        let isType = Definitions.r4.type(type).map { $0.kind == .resource && !$0.isAbstract }
        guard isType == true else {
            throw Self.wrong(
                .value, "begins with a type of resource, such as Observation?code=1234-5")
        }
        guard type != "Subscription", type != "AuditEvent" else {
            throw Self.wrong(.value, "cannot be about \(type)")
        }
        let query: SearchQuery
        do {
            let parser = SearchParser(nowMs: nowMs, offersText: true)
            query = try parser.query(
                type: type, parameters: try Self.parameters(halves.count > 1 ? halves[1] : ""),
                isStrict: true)
        } catch let error as SearchError {
            throw Problem(.value, error.message, location: "Subscription.criteria")
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Self.wrong(.value, "cannot be read")
        }
        guard query.sort.isEmpty, query.includes.isEmpty, query.countMax == nil,
            query.contained == .none
        else {
            throw Self.wrong(
                .value, "names records only; leave out _sort, _count, _include and _contained")
        }
        guard query.criteria.allSatisfy(Self.isOfOneRecord) else {
            throw Self.wrong(
                .value,
                "looks at one record alone; leave out chains such as patient.name, _has and _list, "
                    + "and name ids, such as patient=7, in their place")
        }
        criteria = query.criteria
    }

    /// Whether a version fulfils the search.
    func holds(_ json: JSON, id: String, changedMs: Int64) -> Bool {
        criteria.allSatisfy { Self.holds($0, type, json, id, changedMs) }
    }

    private static func holds(
        _ criterion: SearchCriterion, _ type: String, _ json: JSON, _ id: String, _ changedMs: Int64
    ) -> Bool {
        switch criterion {
        case .parameter(let one): one.type == type && match.matches(json, one, by: extractor)
        case .ids(let ids): ids.contains(id)
        case .lastUpdated(let values):
            values.contains { $0.accepts(low: changedMs, high: changedMs + 1) }
        case .types(let types): types.contains(type)
        case .any(let list): list.contains { holds($0, type, json, id, changedMs) }
        case .all(let list): list.allSatisfy { holds($0, type, json, id, changedMs) }
        case .not(let one): !holds(one, type, json, id, changedMs)
        case .chain, .has, .listed, .compartment: false
        }
    }

    private static func isOfOneRecord(_ criterion: SearchCriterion) -> Bool {
        switch criterion {
        case .parameter, .ids, .lastUpdated, .types: true
        case .any(let list), .all(let list): list.allSatisfy(isOfOneRecord)
        case .not(let one): isOfOneRecord(one)
        case .chain, .has, .listed, .compartment: false
        }
    }

    private static func wrong(_ code: Problem.Code, _ words: String) -> Problem {
        Problem(
            code, "The criteria of a subscription are a search that \(words).",
            location: "Subscription.criteria")
    }

    private static func parameters(
        _ text: Substring
    ) throws(Problem) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for pair in text.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decoded(halves[0]),
                let value = decoded(halves.count > 1 ? halves[1] : "")
            else { throw wrong(.value, "is percent-encoded UTF-8") }
            pairs.append((name, value))
        }
        return pairs
    }

    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
                continue
            }
            guard rest.count >= 2,
                let one = Hex.bytes(String(decoding: rest.prefix(2), as: UTF8.self))
            else { return nil }
            bytes += one
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
