internal import CDefinitions

/// What FHIR R4 and US Core define: types, profiles, search parameters, compartments, operations,
/// code systems and value sets.
///
/// Everything is read from one table that is built into the program. Nothing is unpacked at start:
/// an answer is a view on the table, and its properties make their texts and lists when they are
/// asked for.
///
/// Spec: FHIR R4 4.0.1, https://hl7.org/fhir/R4/ and US Core 6.1.0,
/// https://hl7.org/fhir/us/core/STU6.1/
package struct Definitions: Sendable {
    let table: DefinitionTable

    /// The definitions that this program was built with.
    package static let r4: Definitions = {
        var byteCount = 0
        let start = fhir_definitions(&byteCount)
        return Definitions(bytes: UnsafeRawBufferPointer(start: start, count: byteCount))
    }()

    /// Reads a table of the form that `appliance/definition_table/table.py` describes.
    ///
    /// A table that is none, or is damaged, gives empty or wrong answers, and is harmless. The bytes
    /// must stay as they are for as long as the definitions or anything read from them is in use.
    package init(bytes: UnsafeRawBufferPointer) { table = DefinitionTable(bytes: bytes) }

    init(table: DefinitionTable) { self.table = table }

    /// Whether the table is what its generator wrote.
    ///
    /// Reads all of it, which takes some milliseconds.
    package var isIntact: Bool { table.isIntact }

    /// A type by its name, or the part of one by its path.
    ///
    /// `Patient`, `HumanName`, `string`, `Element`, `Resource`; `Patient.contact` for the elements
    /// below that one.
    package func type(_ name: String) -> TypeDefinition? {
        table.find(name, in: table.root(.types), width: 2).map {
            TypeDefinition(table: table, place: table.word($0 + 1))
        }
    }

    /// Every type, sorted by name: primitives, complex types, resources, and parts of them.
    package var types: [TypeDefinition] {
        table.items(table.root(.types), width: 2).map {
            TypeDefinition(table: table, place: table.word($0 + 1))
        }
    }

    /// The names of the resources that are not abstract, sorted.
    package var resourceTypes: [String] {
        table.items(table.root(.resourceTypes)).map { table.text($0) }
    }

    /// Whether a name is that of a resource, abstract ones included.
    package func isResource(_ name: String) -> Bool { type(name)?.kind == .resource }

    /// Whether a type is another one or made from it: `code` is a `string`, `Patient` a `Resource`.
    ///
    /// False for names that are no types.
    package func isType(_ name: String, a ancestor: String) -> Bool {
        var current = type(name)
        // Longer than any chain of types: ends a walk in a circle through a damaged table.
        for _ in 0..<16 {
            guard let type = current else { return false }
            if type.isNamed(ancestor) { return true }
            current = type.base.flatMap { self.type($0) }
        }
        return false
    }

    /// The search parameters of a type of resource, sorted by code.
    ///
    /// Those of Resource and DomainResource are included. Where US Core defines a parameter that the
    /// standard has too, it is US Core's. Parameters that the standard only gives as examples, and
    /// those that do not say what they find, are not here.
    package func searchParameters(for type: String) -> [SearchParameter] {
        guard let row = table.find(type, in: table.root(.searchesByType), width: 2) else {
            return []
        }
        return table.items(table.word(row + 1), width: 2).map {
            SearchParameter(table: table, place: table.word($0 + 1))
        }
    }

    /// The search parameter of a type of resource with a code.
    package func searchParameter(_ code: String, for type: String) -> SearchParameter? {
        table.find(type, in: table.root(.searchesByType), width: 2).flatMap { row in
            table.find(code, in: table.word(row + 1), width: 2)
        }.map { SearchParameter(table: table, place: table.word($0 + 1)) }
    }

    /// A search parameter by its address, with its expression for all types it is for.
    package func searchParameter(url: String) -> SearchParameter? {
        table.find(url, in: table.root(.searchesByURL), width: 2).map {
            SearchParameter(table: table, place: table.word($0 + 1))
        }
    }

    /// A compartment by its name: Patient, Encounter, Practitioner, RelatedPerson or Device.
    package func compartment(_ name: String) -> CompartmentDefinition? {
        table.find(name, in: table.root(.compartments), width: 2).map {
            CompartmentDefinition(table: table, place: table.word($0 + 1))
        }
    }
}
