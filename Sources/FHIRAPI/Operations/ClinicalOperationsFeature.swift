import AccessControl
import FHIRModel
import FHIRSearch
import Hummingbird
import Kernel
package import RecordStore
package import ServerKit

/// The newest observations of each kind, and the documents about a patient's care.
package struct ClinicalOperationsFeature: Feature {
    package static let key = "fhir-clinical-operations"
    private let finder: RecordFinder

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore) {
        finder = RecordFinder(gate: gate, store: store)
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.answer(.lastn, .type, use: lastObservations)
        routes.signedIn.answer(.docref, .type, use: documents)
    }

    /// `GET /fhir/Observation/$lastn?patient=…&max=…`: the parameters of any search of
    /// observations beside `max`.
    @Sendable private func lastObservations(_ request: Request, _ context: CallerContext)
        async throws -> Response
    {
        _ = try FHIROperation.lastn.type(context)
        let input = try await OperationInput(request, context)
        let form = try AnswerForm(request, input.fields)
        let own: Set = ["max", "_count", "_sort", "_cursor", "_include", "_revinclude", "_total"]
        let fields = input.fields.filter { !own.contains($0.name) && !AnswerForm.takes($0.name) }
        var query = try finder.query(
            fields, type: "Observation", isStrict: true, base: FHIRNames.base(request))
        guard query.patientID != nil else {
            throw Problem(
                .required, "Say whose observations are wanted: patient=… with one id.",
                location: "patient")
        }
        query.sort = [SearchSort(parameter: "date", isDescending: true)]
        query.applied.append(AppliedParameter(name: "_sort", value: "-date"))
        query.total = .accurate
        var last = LastObservations(
            countMax: try input.number("max", 1...LastObservations.countMax) ?? 1)
        try await each(query, context.caller, lookedCountMax: LastObservations.lookedCountMax) {
            try last.add($0)
        }
        return try form.whole(try Self.bundle(last.all, FHIRNames.base(request), form))
    }

    /// `GET /fhir/DocumentReference/$docref?patient=…`: the documents of a stretch of care, or the
    /// newest of each type.
    ///
    /// Spec: US Core 6.1.0 $docref,
    /// https://hl7.org/fhir/us/core/STU6.1/OperationDefinition-docref.html
    @Sendable private func documents(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        _ = try FHIROperation.docref.type(context)
        let input = try await OperationInput(request, context)
        let form = try AnswerForm(request, input.fields)
        guard let patient = input.value("patient") else {
            throw Problem(
                .required, "Say whose documents are wanted: patient=… with an id.",
                location: "patient")
        }
        let types = input.values("type")
        var fields = [FormFields.Field(name: "patient", value: patient)]
        fields.append(FormFields.Field(name: "status", value: "current"))
        if !types.isEmpty {
            fields.append(FormFields.Field(name: "type", value: types.joined(separator: ",")))
        }
        var query = try finder.query(
            fields, type: "DocumentReference", isStrict: true, base: FHIRNames.base(request))
        query.sort = [SearchSort(parameter: "date", isDescending: true)]
        query.applied.append(AppliedParameter(name: "_sort", value: "-date"))
        query.total = .accurate
        let span = CareSpan(from: try input.time("start"), to: try input.time("end"))
        let isOnDemand = try input.flag("on-demand")
        var chosen = ChosenDocuments(span: span, isAnyType: types.isEmpty)
        try await each(query, context.caller, lookedCountMax: ChosenDocuments.lookedCountMax) {
            try chosen.add($0)
        }
        let note =
            isOnDemand
            ? "This box makes no documents on demand; those that are stored are shown." : nil
        return try form.whole(
            try Self.bundle(chosen.all, FHIRNames.base(request), form, note: note))
    }

    /// Hands everything over that a search finds, a page at a time.
    private func each(
        _ query: SearchQuery, _ caller: Caller, lookedCountMax: Int,
        _ body: (StoredResource) throws -> Void
    ) async throws {
        var query = query
        query.countMax = 500
        var cursor: String?
        repeat {
            let page = try await finder.page(query, cursor: cursor, caller: caller)
            guard page.total ?? 0 <= lookedCountMax else {
                throw Problem(
                    .tooCostly,
                    "More than \(lookedCountMax) records fit. Narrow it with category, code, type "
                        + "or date.")
            }
            for one in page.matches { try body(one) }
            cursor = page.next
        } while cursor != nil
    }

    private static func bundle(
        _ found: [StoredResource], _ base: String, _ form: AnswerForm, note: String? = nil
    ) throws -> [UInt8] {
        var writer = BundleWriter(.searchset, total: found.count)
        for one in found {
            writer.match(
                fullURL: "\(base)/\(one.type)/\(one.id)", resource: try form.shown(one.json))
        }
        if let note {
            writer.match(
                fullURL: nil, resource: OperationOutcome.bytes([.note(note)]), mode: .outcome)
        }
        return writer.finish()
    }
}

/// The documents that `$docref` shows.
struct ChosenDocuments {
    /// The most documents of a patient that are looked at.
    static let lookedCountMax = 5_000
    /// The summary of a patient's care that is shown first where no type is asked for.
    private static let summaryCode = "34133-9"

    let span: CareSpan
    /// Whether no type was asked for.
    let isAnyType: Bool
    private(set) var found: [StoredResource] = []
    private var kinds: Set<String> = []

    init(span: CareSpan, isAnyType: Bool) {
        self.span = span
        self.isAnyType = isAnyType
    }

    /// Takes the next document, no newer than those before.
    ///
    /// Without a stretch of care the newest document of each type counts.
    mutating func add(_ document: StoredResource) throws {
        let json = try JSON.parse(document.json, limits: .any)
        guard span.isAll else {
            if span.includes(json) { found.append(document) }
            return
        }
        let codes = json.at("type", "coding")?.elements.compactMap { $0.string("code") } ?? []
        let kind = codes.sorted().joined(separator: " ")
        guard kinds.insert(kind).inserted else { return }
        if codes.contains(Self.summaryCode), isAnyType {
            found.insert(document, at: 0)
        } else {
            found.append(document)
        }
    }

    /// The documents to show.
    var all: [StoredResource] { found }
}
