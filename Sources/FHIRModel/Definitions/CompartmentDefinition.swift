/// Which resources belong to one patient, encounter, practitioner, related person or device.
///
/// Spec: FHIR R4 compartments, https://hl7.org/fhir/R4/compartmentdefinition.html
package struct CompartmentDefinition: Sendable {
    let table: DefinitionTable
    let place: Int

    /// The type of resource whose compartment this is, such as `Patient`.
    package var name: String { table.text(place) }

    /// The address of the definition.
    package var url: String { table.text(place + 1) }

    /// The types that can belong to the compartment, sorted.
    ///
    /// The resource itself belongs to its own compartment too, and is only here if one of its
    /// parameters leads to another.
    package var types: [String] {
        table.items(table.word(place + 2), width: 2).map { table.text($0) }
    }

    /// The codes of the search parameters of a type of which one must lead to the resource; empty if
    /// the type is not in the compartment.
    package func parameters(for type: String) -> [String] {
        table.find(type, in: table.word(place + 2), width: 2).map { table.texts($0 + 1) } ?? []
    }
}
