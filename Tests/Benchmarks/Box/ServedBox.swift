import Glibc

/// *Cold start*, *open a patient*, *save a visit* over HTTPS on a box that holds a clinic's
/// patients; and what memory that takes.
struct ServedBox {
    let options: Options
    let scratch: String

    private var plan: Plan { options.plan }
    private var load: LoadGenerator {
        LoadGenerator(scratch: scratch, connections: plan.connections, seconds: plan.loadSeconds)
    }

    func run() async throws -> [Figure] {
        let box = try MeasuredBox(options, in: scratch, name: "box")
        var invented = Invented()
        let patients = invented.patients(plan.boxPatients)
        let file = "\(scratch)/patients.ndjson"
        try Scratch.write(
            Array(patients.map { $0.bytes }.joined(separator: [0x0A])) + [0x0A], to: file)
        let loaded = try await box.load([file])
        guard loaded.count == patients.count else {
            throw Failure("\(loaded.count) of \(patients.count) patients were imported.")
        }
        let paths = patients.prefix(plan.readPatients).map { "/fhir/Patient/\($0.id)" }
        var figures = [
            Figure(
                name: "import, invented patients", unit: "1/s",
                measured: Double(loaded.count) / loaded.seconds)
        ]
        figures += try starts(box, path: paths[0])
        let fresh = box.memory.nowMB
        figures.append(try reads(box, paths: paths))
        figures.append(try creates(box, patients: patients, &invented))
        let size = "\(Number.text(Double(plan.boxPatients))) patients"
        figures.append(try await rotation(box, paths: paths, size: size))
        figures.append(
            Figure(
                name: "memory after the start, \(size)", unit: "MB", measured: fresh,
                aim: .measuredMax(150)))
        figures.append(
            Figure(
                name: "memory under load, \(size)", unit: "MB", measured: box.memory.peakMB,
                aim: .measuredMax(150), detail: "the most since the start"))
        return figures
    }

    /// Starts again and again; leaves the last one running.
    private func starts(_ box: MeasuredBox, path: String) throws -> [Figure] {
        var seconds: [Double] = []
        for _ in 0..<plan.starts {
            box.stop()
            seconds.append(try box.start(path: path))
        }
        return [
            Figure(
                name: "start to first answer, \(Number.text(Double(plan.boxPatients))) patients",
                unit: "s", measured: Rounds.median(seconds), aim: .measuredMax(1),
                detail: "a signed-in read of a patient; median of \(seconds.count)")
        ]
    }

    private func reads(_ box: MeasuredBox, paths: [String]) throws -> Figure {
        let bodies = try Curl(box: box).bodies(paths)
        let answers = zip(paths, bodies).map { "\($0)\t\($1)\n" }.joined()
        try Scratch.write(Array(answers.utf8), to: "\(scratch)/answers.tsv")
        let port = try MeasuredBox.freePort()
        let plain = try Child(
            [CommandLine.arguments[0], PlainServer.word, "\(port)", "\(scratch)/answers.tsv"],
            log: "\(scratch)/plain.log")
        defer { plain.end() }
        while !MeasuredBox.isListening(port) {
            guard plain.isRunning else { throw Failure("The plain server: \(plain.output)") }
            usleep(10_000)
        }
        var rounds = Rounds()
        var p95: [Double] = []
        for _ in 0..<plan.rounds {
            let measured = try load.get(paths, port: box.port, token: box.token)
            let base = try load.get(paths, port: port, token: nil)
            rounds.add(measured: measured.requestsPerSecond, base: base.requestsPerSecond)
            p95.append(measured.p95)
        }
        return rounds.figure(
            "reads over HTTPS, \(plan.connections) connections", unit: "1/s", aim: .ratioMin(0.5),
            detail: "signed in, audited; base: bare hummingbird, same bytes; "
                + "p95 \(Number.text(Rounds.median(p95))) ms")
    }

    /// *Change the keys* while people read; no read may fail.
    private func rotation(_ box: MeasuredBox, paths: [String], size: String) async throws -> Figure
    {
        let (load, port, token) = (load, box.port, box.token)
        async let reading = Task.detached { try load.get(paths, port: port, token: token) }.value
        let seconds = try box.rotateKeys()
        let outcome = try await reading
        return Figure(
            name: "keys rotated under load, \(size)", unit: "s", measured: seconds,
            aim: .measuredMax(5),
            detail: "\(Number.text(outcome.requestsPerSecond)) reads a second meanwhile, 0 failed")
    }

    private func creates(
        _ box: MeasuredBox, patients: [InventedPatient], _ invented: inout Invented
    ) throws -> Figure {
        let bodies = patients.prefix(plan.readPatients).map { patient in
            String(decoding: invented.observation(of: patient.id), as: UTF8.self)
        }
        var rates: [Double] = []
        var p95: [Double] = []
        for _ in 0..<plan.rounds {
            let outcome = try load.post(
                bodies, path: "/fhir/Observation", port: box.port, token: box.token)
            rates.append(outcome.requestsPerSecond)
            p95.append(outcome.p95)
        }
        return Figure(
            name: "creates over HTTPS, \(plan.connections) connections", unit: "1/s",
            measured: Rounds.median(rates), detail: "p95 \(Number.text(Rounds.median(p95))) ms")
    }
}
