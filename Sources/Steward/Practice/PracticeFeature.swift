package import AccessControl
import FHIRModel
import Hummingbird
import Kernel
package import ServerKit

/// What a practice clinic can have done to itself.
package struct PracticeActs: Sendable {
    /// What came or went.
    package struct Count: Hashable, Sendable {
        package let patients: Int
        package let resources: Int

        /// Collects the counts.
        package init(patients: Int, resources: Int) {
            self.patients = patients
            self.resources = resources
        }
    }

    /// Whether the box is a practice clinic; answers from memory.
    package let isPractice: @Sendable () -> Bool
    /// The name of the box, typed to confirm; answers from memory.
    package let boxName: @Sendable () -> String
    /// Throws away what people entered and brings the invented clinic back as it was.
    package let reset: @Sendable (Caller) async throws -> Count
    /// Throws every record away and makes an empty clinic for real people.
    package let remove: @Sendable (Caller) async throws -> Count

    /// Gathers the functions.
    package init(
        isPractice: @escaping @Sendable () -> Bool, boxName: @escaping @Sendable () -> String,
        reset: @escaping @Sendable (Caller) async throws -> Count,
        remove: @escaping @Sendable (Caller) async throws -> Count
    ) {
        self.isPractice = isPractice
        self.boxName = boxName
        self.reset = reset
        self.remove = remove
    }
}

/// The practice clinic from the page: begin anew, and end it.
package struct PracticeFeature: Feature {
    package static let key = "practice"
    /// Both acts change some thousand records; a slow disk takes its time.
    private static let limits = RouteLimits(bodyBytesMax: 4_096, timeSecondsMax: 300)

    private let gate: Gate
    private let acts: PracticeActs

    /// Makes the feature.
    package init(gate: Gate, acts: PracticeActs) {
        self.gate = gate
        self.acts = acts
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.post("api/v1/practice/reset", limits: Self.limits, use: reset)
        routes.signedIn.post("api/v1/practice/remove", limits: Self.limits, use: remove)
    }

    /// `POST /api/v1/practice/reset`.
    @Sendable private func reset(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        _ = try await gate.grant(Self.ask, to: context.caller)
        try refuseReal()
        return Self.answer(try await acts.reset(context.caller))
    }

    /// `POST /api/v1/practice/remove` with the box's name as `confirm`.
    @Sendable private func remove(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        _ = try await gate.grant(Self.ask, to: context.caller)
        try refuseReal()
        let json: JSON
        let bytes = try await context.body(of: request)
        do throws(JSONError) {
            json = try JSON.parse(bytes)
        } catch {
            throw error.problem()
        }
        guard json.string("confirm")?.lowercased() == acts.boxName() else {
            throw Problem(
                .value, "Type the name of the box, \(acts.boxName()), to confirm.",
                location: "confirm")
        }
        return Self.answer(try await acts.remove(context.caller))
    }

    private func refuseReal() throws(Problem) {
        guard acts.isPractice() else {
            throw Problem(.conflict, "This is not a practice clinic. Nothing was changed.")
        }
    }

    private static let ask = Ask(.administer, area: .system, type: "Practice")

    private static func answer(_ count: PracticeActs.Count) -> Response {
        var writer = JSONWriter()
        writer.object { top in
            top.member("patients", count.patients)
            top.member("resources", count.resources)
        }
        return .json(writer.bytes)
    }
}
