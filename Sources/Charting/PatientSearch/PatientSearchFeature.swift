import AccessControl
import FHIRModel
import Hummingbird
package import Kernel
package import RecordStore
package import ServerKit

/// Finding a patient by a few letters, a date of birth or an MRN.
package struct PatientSearchFeature: Feature {
    package static let key = "patient-search"
    /// The most patients that one answer lists.
    package static let resultCountMax = 50

    private let gate: Gate
    private let store: RecordStore
    private let clock: Clock

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore, clock: Clock) {
        self.gate = gate
        self.store = store
        self.clock = clock
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.post("api/v1/patients/search", use: search)
    }

    /// `POST /api/v1/patients/search`: the patients that match what was typed.
    ///
    /// A POST, so that no name stands in an address, a log or a browser's history.
    @Sendable private func search(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let body = try await context.body(of: request)
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(body, limits: .resource)
        } catch {
            throw error.problem()
        }
        guard let text = json.string("q") else {
            throw Problem(.required, "Say what to search for.", location: "q")
        }
        guard !RecordNumber.isSlip(text) else {
            throw Problem(
                .value,
                "This record number has a wrong digit: its last digit checks the others. Read it again.",
                location: "q")
        }
        let limit = min(max(json["limit"]?.int ?? 20, 1), Self.resultCountMax)
        let query = try PersonQuery(text)
        let grant = try await gate.grant(Ask(.search, "Patient"), to: context.caller)
        let started = clock.steadyMs()
        let hits = try await store.findPeople(grant, query, text: text, limit: limit)
        return .json(answer(hits, grant, tookMs: clock.steadyMs() - started))
    }

    private func answer(_ hits: PersonIndex.Hits, _ grant: Grant, tookMs: Int64) -> [UInt8] {
        let today = CalendarDay(ms: clock.wallMs())
        var writer = JSONWriter(reservingBytes: 256 * hits.people.count + 64)
        writer.beginObject()
        writer.member("total", hits.total)
        writer.member("isTotalExact", true)
        writer.array("items") { list in
            for person in hits.people {
                list.object { item in
                    guard grant.covers(.general, ofPatient: person.id) else {
                        return Self.writeClosed(person, to: &item)
                    }
                    Self.write(person, today: today, to: &item)
                }
            }
        }
        writer.member("tookMs", Int(tookMs))
        writer.endObject()
        return writer.bytes
    }

    /// Whom a closed chart is about: enough to tell who it is, and no more.
    private static func writeClosed(_ person: Person, to item: inout JSONWriter) {
        item.member("id", person.id)
        item.member("name", person.name)
        item.member("birthDate", optional: person.birthDate)
        item.member("isClosed", true)
    }

    private static func write(_ person: Person, today: CalendarDay, to item: inout JSONWriter) {
        item.member("id", person.id)
        item.member("name", person.name)
        item.member("birthDate", optional: person.birthDate)
        // A birth date that cannot be read has no age; it is shown as written.
        if let text = person.birthDate, let date = try? FHIRDateTime(text, as: .date),
            let years = PersonAge.years(from: date, to: today), !person.isDeceased
        {
            item.member("ageYears", years)
        }
        item.member("sex", optional: person.gender)
        item.member("mrn", optional: person.mrn)
        item.member("deceased", person.isDeceased)
        item.member("city", optional: person.city)
        item.member("tribe", optional: person.tribe)
        if let id = person.mergedIntoID { item.member("mergedInto", id) }
    }
}
