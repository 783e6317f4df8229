import FHIRModel
import Kernel

/// Reading the bodies of requests about rights.
enum Fields {
    /// The object that a body is.
    ///
    /// - Throws: ``Problem`` `.structure` for anything else.
    static func object(_ body: [UInt8]) throws(Problem) -> JSON {
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(body, limits: .resource)
        } catch {
            throw error.problem()
        }
        guard json.isObject else { throw Problem(.structure, "Send a JSON object.") }
        return json
    }

    /// A text that must be there.
    static func text(_ name: String, of json: JSON) throws(Problem) -> String {
        guard let text = json.string(name), !text.isEmpty else {
            throw Problem(.required, "“\(name)” is missing.", location: name)
        }
        return text
    }
}

extension JSONWriter {
    /// Writes a member where there is a value.
    mutating func member(_ name: String, optional text: String?) {
        if let text { member(name, text) }
    }
}
