import AccessControl
import FHIRModel
import FHIRSearch
import Kernel
import RecordStore

/// The newest observations of each kind.
///
/// Spec: FHIR R4 Observation/$lastn, https://hl7.org/fhir/R4/observation-operation-lastn.html
struct LastObservations {
    /// The most observations of a kind that may be asked for.
    static let countMax = 100
    /// The most observations that are looked at.
    static let lookedCountMax = 20_000

    /// Observations of one kind, the newest first.
    private struct Kind {
        var found: [(time: Int64, resource: StoredResource)] = []
    }

    private let countMax: Int
    private var kinds: [Kind] = []
    private var kindByCode: [String: Int] = [:]

    init(countMax: Int) { self.countMax = countMax }

    /// Takes the next observation, no newer than those before.
    ///
    /// Kept are as many of a kind as were asked for, and those of the same time as the last of
    /// them.
    mutating func add(_ resource: StoredResource) throws {
        let json = try JSON.parse(resource.json, limits: .any)
        let codes = Self.codes(json)
        let known = Set(codes.compactMap { kindByCode[$0] }).sorted()
        let number: Int
        if let first = known.first {
            number = first
            for other in known.dropFirst() { merge(other, into: first) }
        } else {
            number = kinds.count
            kinds.append(Kind())
        }
        for code in codes { kindByCode[code] = number }
        let time = ClinicalDate.of(json)?.lowerBoundMs() ?? .min
        kinds[number].found.append((time, resource))
        trim(number)
    }

    /// The observations kind by kind, in the order in which the kinds were first met.
    var all: [StoredResource] { kinds.flatMap { $0.found.map(\.resource) } }

    private mutating func merge(_ other: Int, into first: Int) {
        kinds[first].found += kinds[other].found
        kinds[other].found = []
        for (code, number) in kindByCode where number == other { kindByCode[code] = first }
    }

    private mutating func trim(_ number: Int) {
        kinds[number].found.sort { $0.time > $1.time }
        let found = kinds[number].found
        guard found.count > countMax else { return }
        let last = found[countMax - 1].time
        kinds[number].found = found.enumerated().filter {
            $0.offset < countMax || $0.element.time == last
        }.map(\.element)
    }

    /// By what an observation is of a kind: its codes, or its text where it has none.
    private static func codes(_ json: JSON) -> [String] {
        let codings = json.at("code", "coding")?.elements.compactMap { one in
            one.string("code").map { "\(one.string("system") ?? "")|\($0)" }
        }
        if let codings, !codings.isEmpty { return codings }
        let text = json.at("code", "text")?.string ?? ""
        return ["text " + String(decoding: SearchText.fold(text), as: UTF8.self)]
    }
}
