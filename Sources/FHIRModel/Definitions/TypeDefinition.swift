/// A type of the standard, or the part of one that an element with elements of its own is.
///
/// Spec: FHIR R4 data types, https://hl7.org/fhir/R4/datatypes.html
package struct TypeDefinition: Sendable {
    /// What sort of type one is.
    package enum Kind: Int, Sendable {
        /// One value, written as a JSON string, number or boolean.
        case primitive
        /// A structure for use in others, such as HumanName.
        case complex
        /// A resource, such as Patient.
        case resource
        /// A structure inside one type only, such as `Patient.contact`.
        case backbone
    }

    private enum Field {
        static let name = 0
        static let kind = 1
        static let parent = 2
        static let elements = 3
        static let jsonNames = 4
        static let head = 5
        static let regex = 6
        static let url = 7
    }

    let table: DefinitionTable
    let place: Int

    /// `Patient`, `HumanName`, `string`; of a part its path, such as `Patient.contact`.
    package var name: String { table.text(place + Field.name) }

    /// The sort of the type.
    package var kind: Kind { Kind(rawValue: table.word(place + Field.kind) & 0xFF) ?? .complex }

    /// Whether only types made from it occur: Element, BackboneElement, Resource, DomainResource.
    package var isAbstract: Bool { table.word(place + Field.kind) & 0x100 != 0 }

    /// The type it is made from, such as `DomainResource`, `string`, `BackboneElement`; nil for
    /// Element and Resource.
    package var base: String? { table.textIfAny(place + Field.parent) }

    /// The address of the definition; nil for parts.
    package var url: String? { table.textIfAny(place + Field.url) }

    /// The form of the value of a primitive type as the standard writes it; nil if it gives none.
    package var regex: String? { table.textIfAny(place + Field.regex) }

    /// The rules for the type as a whole; those of a part are the rules of its element.
    package var constraints: [Invariant] { head.constraints }

    /// The type as an element, which has its rules.
    var head: ElementDefinition {
        ElementDefinition(table: table, place: table.word(place + Field.head), ownerPlace: 0)
    }

    /// The elements in the order of the specification, inherited ones first.
    package var elements: [ElementDefinition] {
        table.items(table.word(place + Field.elements)).map {
            ElementDefinition(table: table, place: table.word($0), ownerPlace: place)
        }
    }

    /// The element with a name; `value` for `value[x]`.
    package func element(named name: String) -> ElementDefinition? {
        guard let row = row(of: name) else { return nil }
        let element = element(ofRow: row)
        return element.isChoice && !table.textBytes(row + 2).isEmpty ? nil : element
    }

    /// The element that a member of a JSON object is, and its type there.
    ///
    /// `valueQuantity` is `value[x]` as Quantity, `birthDate` a date, `contact` a `Patient.contact`;
    /// where an element is defined by reference to another, the path of that one. The members with
    /// an underline in front, which hold ids and extensions of primitives, have the same name
    /// without it.
    package func element(json name: String) -> (element: ElementDefinition, type: String)? {
        guard let row = row(of: name), !table.textBytes(row + 2).isEmpty else { return nil }
        return (element(ofRow: row), table.text(row + 2))
    }

    func isNamed(_ name: String) -> Bool {
        table.textBytes(place + Field.name).elementsEqual(name.utf8)
    }

    private func row(of name: String) -> Int? {
        table.find(name, in: table.word(place + Field.jsonNames), width: 3)
    }

    private func element(ofRow row: Int) -> ElementDefinition {
        let list = table.word(place + Field.elements)
        return ElementDefinition(
            table: table, place: table.word(list + 1 + table.word(row + 1)), ownerPlace: place)
    }
}
