import Glibc
import TestKit

/// Reads, searches and writes over FHIR on a small and on a large clinic, and how much more they cost
/// on the large one.
struct SizedBox {
    let options: Options
    let scratch: String

    private var plan: Plan { options.plan }

    /// What one kind of request took on one clinic.
    private struct Measured {
        let name: String
        let outcome: LoadGenerator.Outcome
        /// Milliseconds of the server's processor time for a request.
        let cpuMs: Double
    }

    func run() async throws -> [Figure] {
        var clinics: [(records: Int, measured: [Measured])] = []
        var figures: [Figure] = []
        for records in plan.clinicRecords {
            Console.note("A clinic of \(Number.text(Double(records))) records …")
            let box = try MeasuredBox(options, in: scratch, name: "clinic-\(records)")
            let clinic = try await fill(box, records: records, &figures)
            _ = try box.start(path: "/fhir/Patient/\(clinic.patients[0].id)")
            clinics.append((records, try requests(box, clinic)))
            figures.append(
                Figure(
                    name: "memory under load, \(Number.text(Double(records))) records", unit: "MB",
                    measured: box.memory.peakMB))
            box.stop()
            Scratch.remove(box.folder)
        }
        guard let small = clinics.first, let large = clinics.last else { return figures }
        for (one, other) in zip(small.measured, large.measured) {
            figures += Self.figures(one, other, records: large.records)
        }
        return figures
    }

    /// Fills a box by `import`; adds how fast that went and what the disk holds.
    private func fill(
        _ box: MeasuredBox, records: Int, _ figures: inout [Figure]
    ) async throws -> InventedClinic {
        var clinic = InventedClinic()
        let file = "\(scratch)/clinic.ndjson"
        let count = records / InventedClinic.recordsPerPatient
        try Scratch.write(to: file) { write in
            try write(InventedClinic.practitionerLines)
            for _ in 0..<count { try write(clinic.next()) }
        }
        let loaded = try await box.load([file])
        Scratch.remove(file)
        guard loaded.count >= count * InventedClinic.recordsPerPatient else {
            throw Failure("Only \(loaded.count) of \(records) records were imported.")
        }
        let size = Number.text(Double(records))
        figures.append(
            Figure(
                name: "import, \(size) records", unit: "1/s",
                measured: Double(loaded.count) / loaded.seconds, aim: .measuredMin(2_000)))
        figures.append(
            Figure(
                name: "disk for a record, \(size) records", unit: "bytes",
                measured: Double(Scratch.bytes(of: "\(box.folder)/record.sqlite"))
                    / Double(loaded.count),
                aim: .measuredMax(1_536), detail: "index, one version and audit entry included"))
        return clinic
    }

    private func requests(_ box: MeasuredBox, _ clinic: InventedClinic) throws -> [Measured] {
        let people = stride(
            from: 0, to: clinic.patients.count, by: max(1, clinic.patients.count / 200)
        )
        .prefix(200).map { (number: $0, patient: clinic.patients[$0]) }
        func each(_ path: (Int, InventedPatient) -> String) -> [String] {
            people.map { path($0.number, $0.patient) }
        }
        let mrn = InventedPerson.mrnSystem
        let gets: [(String, [String])] = [
            ("read", each { "/fhir/Observation/\($1.id)-o\($0 % 50)" }),
            ("identifier", each { "/fhir/Patient?identifier=\(mrn)|\($1.person.mrn)" }),
            (
                "patient+category+date of 50",
                each {
                    "/fhir/Observation?patient=\($1.id)&category=vital-signs&date=ge2020&_count=50"
                }
            ),
            ("name", each { "/fhir/Patient?name=\(Self.escaped($1.person.family))&_count=20" }),
            (
                "_include of 3",
                each {
                    "/fhir/MedicationRequest?patient=\($1.id)&_include=MedicationRequest:patient"
                        + "&_include=MedicationRequest:encounter&_include=MedicationRequest:requester"
                }
            ),
            (
                "_has",
                each { number, _ in
                    "/fhir/Patient?_has:Condition:patient:code=urn:invented:problems|"
                        + InventedClinic.groupCode(number)
                }
            ),
            (
                "chain",
                each {
                    "/fhir/Condition?patient.identifier=\(mrn)|\($1.person.mrn)"
                }
            ),
        ]
        var measured: [Measured] = []
        for (name, paths) in gets {
            measured.append(
                try timed(name, box) { try $0.get(paths, port: box.port, token: box.token) })
        }
        var invented = Invented(seed: 60)
        let bodies = people.map {
            String(decoding: invented.observation(of: $0.patient.id), as: UTF8.self)
        }
        measured.append(
            try timed("create", box) {
                try $0.post(bodies, path: "/fhir/Observation", port: box.port, token: box.token)
            })
        let transactions = bodies.map { body in
            let entry =
                #"{"resource":\#(body),"request":{"method":"POST","url":"Observation"}}"#
            let entries = [String](repeating: entry, count: 20).joined(separator: ",")
            return #"{"resourceType":"Bundle","type":"transaction","entry":[\#(entries)]}"#
        }
        measured.append(
            try timed("transaction of 20", box) {
                try $0.post(transactions, path: "/fhir", port: box.port, token: box.token)
            })
        return measured
    }

    private func timed(
        _ name: String, _ box: MeasuredBox,
        _ load: (LoadGenerator) throws -> LoadGenerator.Outcome
    ) throws -> Measured {
        do { return try measured(name, box, load) } catch { throw Failure("\(name): \(error)") }
    }

    private func measured(
        _ name: String, _ box: MeasuredBox,
        _ load: (LoadGenerator) throws -> LoadGenerator.Outcome
    ) throws -> Measured {
        // The first look at each path brings its pages into memory; what is measured comes after.
        _ = try load(LoadGenerator(scratch: scratch, connections: plan.connections, seconds: 1))
        let before = box.cpuSeconds
        let outcome = try load(
            LoadGenerator(
                scratch: scratch, connections: plan.connections, seconds: plan.loadSeconds))
        let spent = box.cpuSeconds - before
        return Measured(
            name: name, outcome: outcome,
            cpuMs: spent * 1_000 / (outcome.requestsPerSecond * Double(plan.loadSeconds)))
    }

    /// A value as it stands in an address.
    private static func escaped(_ value: String) -> String {
        value.utf8.map { byte in
            let isPlain = (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
            let digits = String(byte, radix: 16, uppercase: true)
            return isPlain ? String(Unicode.Scalar(byte)) : (byte < 16 ? "%0" : "%") + digits
        }.joined()
    }

    /// What is wanted of each kind of request: at least so many a second, at most so much
    /// processor time.
    private static let aims: [String: (perSecondMin: Double?, cpuMsMax: Double?)] = [
        "read": (nil, 0.1), "identifier": (nil, 0.15), "create": (nil, 0.2),
        "patient+category+date of 50": (1_500, nil), "transaction of 20": (150, nil),
    ]

    private static func figures(_ small: Measured, _ large: Measured, records: Int) -> [Figure] {
        let aim = aims[small.name]
        let size = Number.text(Double(records))
        let name = small.name
        return [
            Figure(
                name: "\(name), \(size) records", unit: "1/s",
                measured: large.outcome.requestsPerSecond,
                aim: aim?.perSecondMin.map(Aim.measuredMin),
                detail: "p50 \(Number.text(large.outcome.p50)) ms, p95 "
                    + "\(Number.text(large.outcome.p95)) ms"),
            Figure(
                name: "\(name), processor time", unit: "ms", measured: large.cpuMs,
                aim: aim?.cpuMsMax.map(Aim.measuredMax)),
            Figure(
                name: "\(name), growth to \(size) records", unit: "ms", measured: large.cpuMs,
                base: small.cpuMs, ratio: large.cpuMs / small.cpuMs, aim: .ratioMax(1.5),
                detail: "processor time for a request on the large and the small clinic"),
        ]
    }
}
