import FHIRModel
import Hummingbird
import Kernel
import ServerKit

/// What an operation of subscriptions is asked, in the address or as Parameters.
struct SubscriptionQuestion: Sendable {
    private static let valuesMax = 200
    private static let bodyBytesMax = 65_536

    private var values: [(name: String, value: String)] = []

    /// Reads a request.
    ///
    /// - Throws: ``Problem`` for a body that is no Parameters.
    init(_ request: Request, _ context: CallerContext) async throws {
        for (name, value) in request.uri.queryParameters {
            for one in value.split(separator: ",") { values.append((String(name), String(one))) }
        }
        if request.method == .post {
            let body = try await context.body(of: request)
            if !body.isEmpty { try read(body) }
        }
        guard values.count <= Self.valuesMax else {
            throw Problem(.tooCostly, "Ask with at most \(Self.valuesMax) values.")
        }
    }

    private mutating func read(_ body: [UInt8]) throws {
        guard body.count <= Self.bodyBytesMax else {
            throw Problem(.tooLong, "Parameters take at most \(Self.bodyBytesMax) bytes here.")
        }
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(body, limits: .resource)
        } catch {
            throw error.problem()
        }
        guard json.string("resourceType") == "Parameters" else {
            throw Problem(.value, "Send Parameters.", location: "resourceType")
        }
        let parts = json["parameter"].map { Array($0.elements.prefix(Self.valuesMax + 1)) } ?? []
        for part in parts {
            guard let name = part.string("name"),
                let value = part.members.first(where: { $0.0.hasPrefix("value") })?.1,
                let text = value.string ?? value.numberText
            else {
                throw Problem(
                    .value, "Each parameter here has a name and a plain value.",
                    location: "Parameters.parameter")
            }
            values.append((name, text))
        }
    }

    /// Every value of a name.
    func all(_ name: String) -> [String] { values.filter { $0.name == name }.map(\.value) }

    /// The number of a name; nil where it is left out.
    ///
    /// - Throws: ``Problem`` `.value` for what is no number from 0 on.
    func number(_ name: String) throws(Problem) -> Int64? {
        guard let text = all(name).first else { return nil }
        guard let number = Int64(text), number >= 0 else {
            throw Problem(.value, "\(name) is a whole number from 0 on.", location: name)
        }
        return number
    }
}
