import FHIRModel
import Kernel

/// What the Lab asks, taken out of its Parameters.
struct LabQuestion {
    let expression: String
    let context: String?
    let isValidating: Bool
    let resource: JSON?
    let variables: [String: [PathValue]]
    /// The parameter with the resource as it came, to be shown again.
    let resourceParameter: JSON?
    /// The parameter with the variables as it came, to be shown again.
    let variableParameter: JSON?

    init(
        _ parameters: JSON, _ types: PathTypes, _ json: ((_ xml: [UInt8]) -> JSON?)?
    ) throws(Problem) {
        guard parameters["resourceType"]?.equals("Parameters") == true else {
            throw Problem(.structure, "The body is no Parameters resource; send one.")
        }
        var byName: [String: JSON] = [:]
        if let list = parameters["parameter"] {
            for parameter in list.elements {
                guard let name = parameter.string("name") else { continue }
                byName[name] = parameter
            }
        }
        guard let expression = byName["expression"]?.string("valueString") else {
            throw Problem(
                .required, "The parameter expression is missing; send it as valueString.",
                location: "expression")
        }
        self.expression = expression
        let context = byName["context"]?.string("valueString")
        self.context = context?.isEmpty == false ? context : nil
        isValidating = byName["validate"]?["valueBoolean"]?.bool ?? false
        resourceParameter = byName["resource"]
        variableParameter = byName["variables"]
        resource = try byName["resource"].map { (parameter) throws(Problem) in
            try Self.resource(of: parameter, json)
        }
        variables = Self.variables(of: byName["variables"], types)
    }

    /// The resource of a parameter: itself, or its text in an extension.
    private static func resource(
        of parameter: JSON, _ json: ((_ xml: [UInt8]) -> JSON?)?
    ) throws(Problem) -> JSON {
        if let resource = parameter["resource"], resource.isObject { return resource }
        if let list = parameter["extension"] {
            for entry in list.elements {
                guard let text = entry.string("valueString") else { continue }
                if entry["url"]?.equals(FHIRPathLab.jsonURL) == true {
                    do {
                        return try JSON.parse(Array(text.utf8))
                    } catch {
                        throw error.problem(location: "resource")
                    }
                }
                if entry["url"]?.equals(FHIRPathLab.xmlURL) == true, let json,
                    let resource = json(Array(text.utf8))
                {
                    return resource
                }
            }
        }
        throw Problem(
            .structure,
            "The parameter resource has no resource that can be read; send it as JSON.",
            location: "resource")
    }

    /// The variables by name; a value without one stands for nothing.
    private static func variables(of parameter: JSON?, _ types: PathTypes) -> [String: [PathValue]]
    {
        var found: [String: [PathValue]] = [:]
        guard let parts = parameter?["part"] else { return found }
        for part in parts.elements {
            guard let name = part.string("name") else { continue }
            if let resource = part["resource"] {
                found[name] = [.node(PathNode(resource, types: types))]
                continue
            }
            found[name] = []
            for (key, value) in part.members where key.hasPrefix("value") {
                let type = types.type(ending: key.dropFirst(5)) ?? .unknown
                found[name] = [.node(PathNode(json: value, type: type))]
            }
        }
        return found
    }
}
