import FHIRModel
import HTTPTypes

/// The interactions of FHIR as tools read them that know nothing of FHIR.
///
/// Made from the same list as the routes and the capability statement.
/// Spec: OpenAPI 3.0.3, https://spec.openapis.org/oas/v3.0.3
struct OpenAPIDocument {
    private static let mediaTypes = ["application/fhir+json", "application/fhir+xml"]
    /// What any request may be refused with; the body says why.
    private static let refusals = [
        "400", "401", "403", "404", "405", "406", "409", "410", "412", "413", "415", "422", "429",
        "503", "507",
    ]

    let base: String
    let version: String
    let types: [String]

    /// The document.
    func bytes() -> [UInt8] {
        var writer = JSONWriter(reservingBytes: 32_768)
        writer.beginObject()
        writer.member("openapi", "3.0.3")
        writer.object("info") { info in
            info.member("title", "Tribal EHR, FHIR R4")
            info.member("version", version)
            info.member(
                "description",
                "Resources are described by FHIR R4 4.0.1; GET metadata says which searches exist.")
        }
        writer.array("servers") { list in list.object { $0.member("url", base) } }
        writer.array("security") { list in
            list.object { one in one.array("bearer") { _ in } }
        }
        writer.object("paths") { paths in
            for (path, interactions) in Self.paths {
                paths.object(path) { item in
                    parameters(of: path, &item)
                    for interaction in interactions { operation(interaction, &item) }
                }
            }
            for operation in FHIROperation.allCases {
                for level in operation.levels {
                    let path = Self.template(operation.path(level))
                    paths.object(path) { item in
                        parameters(of: path, &item)
                        for method in operation.methods(at: level) {
                            self.operation(operation, level, method, &item)
                        }
                    }
                }
            }
        }
        writer.object("components") { components in
            components.object("schemas") { schemas in Self.schemas(&schemas) }
            components.object("securitySchemes") { schemes in
                schemes.object("bearer") { bearer in
                    bearer.member("type", "http")
                    bearer.member("scheme", "bearer")
                }
            }
        }
        writer.endObject()
        return writer.bytes
    }

    /// Every path with what it answers, in the order of the interactions; one of each method.
    private static var paths: [(String, [Interaction])] {
        var order: [String] = []
        var found: [String: [Interaction]] = [:]
        for interaction in Interaction.allCases {
            let path = template(interaction.path)
            if found[path] == nil { order.append(path) }
            if found[path]?.contains(where: { $0.method == interaction.method }) == true {
                continue
            }
            found[path, default: []].append(interaction)
        }
        return order.map { ($0, found[$0] ?? []) }
    }

    /// `/:type/:id` as OpenAPI writes it: `/{type}/{id}`.
    private static func template(_ path: String) -> String {
        let words = path.split(separator: "/").map { word in
            word.hasPrefix(":") ? "{\(word.dropFirst())}" : String(word)
        }
        return "/" + words.joined(separator: "/")
    }

    private func parameters(of path: String, _ item: inout JSONWriter) {
        let names = ["type", "id", "version", "member"].filter { path.contains("{\($0)}") }
        guard !names.isEmpty else { return }
        item.array("parameters") { list in
            for name in names {
                list.object { one in
                    one.member("name", name)
                    one.member("in", "path")
                    one.member("required", true)
                    one.object("schema") { schema in
                        schema.member("type", "string")
                        switch name {
                        case "type", "member":
                            schema.array("enum") { list in
                                for type in types { list.string(type) }
                            }
                        case "id": schema.member("pattern", "^[A-Za-z0-9.-]{1,64}$")
                        default: schema.member("pattern", "^[1-9][0-9]{0,8}$")
                        }
                    }
                }
            }
        }
    }

    private func operation(_ interaction: Interaction, _ item: inout JSONWriter) {
        item.object(interaction.method.rawValue.lowercased()) { operation in
            operation.member("operationId", "\(interaction)")
            OpenAPIParameter.write(of: interaction, &operation)
            if let content = Self.requestContent(interaction) {
                operation.object("requestBody") { body in
                    body.member("required", true)
                    body.object("content") { list in
                        for (type, schema) in content {
                            list.object(type) { one in Self.reference(schema, &one) }
                        }
                    }
                }
            }
            operation.object("responses") { answers in
                for (status, schema) in Self.successes(interaction) {
                    Self.answer(status, "Done", schema, &answers)
                }
                for status in Self.refusals {
                    Self.answer(status, "Refused", "OperationOutcome", &answers)
                }
            }
        }
    }

    private func operation(
        _ operation: FHIROperation, _ level: FHIROperation.Level, _ method: HTTPRequest.Method,
        _ item: inout JSONWriter
    ) {
        let name = method.rawValue.lowercased()
        item.object(name) { item in
            let place = level == .system ? "System" : "\(level)".capitalizedFirst
            item.member("operationId", "\(name)\(operation.code.capitalizedFirst)\(place)")
            item.array("parameters") { list in
                guard method == .get else { return }
                list.object { OpenAPIParameter.writeFree(&$0) }
            }
            if method == .post {
                item.object("requestBody") { body in
                    body.object("content") { list in
                        for type in Self.mediaTypes {
                            list.object(type) { one in Self.reference("Resource", &one) }
                        }
                    }
                }
            }
            item.object("responses") { answers in
                Self.answer("200", "Done", "Resource", &answers)
                for status in Self.refusals {
                    Self.answer(status, "Refused", "OperationOutcome", &answers)
                }
            }
        }
    }

    private static func requestContent(_ interaction: Interaction) -> [(String, String)]? {
        switch interaction {
        case .create, .update, .conditionalUpdate: mediaTypes.map { ($0, "Resource") }
        case .bundle: mediaTypes.map { ($0, "Bundle") }
        case .patch, .conditionalPatch: PatchBody.Language.allCases.map { ($0.mediaType, "Patch") }
        case .searchByPost, .searchCompartmentByPost, .searchSystemByPost:
            [("application/x-www-form-urlencoded", "Search")]
        default: nil
        }
    }

    /// The statuses of an interaction that worked, and what comes with them; "" for nothing.
    private static func successes(_ interaction: Interaction) -> [(String, String)] {
        switch interaction {
        case .read, .vread: [("200", "Resource"), ("304", "")]
        case .create: [("200", "Resource"), ("201", "Resource")]
        case .update, .conditionalUpdate, .patch, .conditionalPatch:
            [("200", "Resource"), ("201", "Resource")]
        case .delete, .conditionalDelete: [("200", "OperationOutcome"), ("204", "")]
        case .historyInstance, .historyType, .historySystem, .searchType, .searchByPost,
            .searchCompartment, .searchCompartmentByPost, .searchSystem, .searchSystemByPost,
            .bundle:
            [("200", "Bundle")]
        }
    }

    private static func answer(
        _ status: String, _ words: String, _ schema: String, _ answers: inout JSONWriter
    ) {
        answers.object(status) { answer in
            answer.member("description", words)
            guard !schema.isEmpty else { return }
            answer.object("content") { content in
                for type in mediaTypes { content.object(type) { one in reference(schema, &one) } }
            }
        }
    }

    private static func reference(_ schema: String, _ writer: inout JSONWriter) {
        writer.object("schema") { $0.member("$ref", "#/components/schemas/\(schema)") }
    }

    private static func schemas(_ writer: inout JSONWriter) {
        for (name, type) in [
            ("Resource", nil), ("Bundle", "Bundle"), ("OperationOutcome", "OperationOutcome"),
        ] as [(String, String?)] {
            writer.object(name) { schema in
                schema.member("type", "object")
                schema.array("required") { $0.string("resourceType") }
                schema.object("properties") { properties in
                    properties.object("resourceType") { one in
                        one.member("type", "string")
                        if let type { one.array("enum") { $0.string(type) } }
                    }
                }
            }
        }
        writer.object("Patch") { _ in }
        writer.object("Search") { schema in
            schema.member("type", "object")
            schema.object("additionalProperties") { $0.member("type", "string") }
        }
    }
}

extension String {
    /// The same with its first letter large.
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
