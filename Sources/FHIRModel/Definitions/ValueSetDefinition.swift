/// A value set of the standard or of US Core, with the codes it stands for.
///
/// The codes are worked out from the definition and the code systems of the two packages. A set that
/// draws on others, such as LOINC, is here as far as the packages list its codes.
///
/// Spec: FHIR R4 ValueSet, https://hl7.org/fhir/R4/valueset.html
package struct ValueSetDefinition: Sendable {
    /// One code of a value set.
    package struct Code: Sendable, Hashable {
        /// The address of the code system.
        package let system: String
        package let code: String
        /// What people call it; nil if nothing here says.
        package let display: String?
    }

    private enum Field {
        static let url = 0
        static let title = 1
        static let version = 2
        static let groups = 3
        static let whole = 4
        static let unknown = 5
    }

    let table: DefinitionTable
    let place: Int

    /// The address.
    package var url: String { table.text(place + Field.url) }

    /// The name for people.
    package var title: String { table.text(place + Field.title) }

    /// The version.
    package var version: String? { table.textIfAny(place + Field.version) }

    /// Whether all its codes are here.
    package var isEnumerable: Bool {
        table.word(place + Field.whole) == 0 && table.word(place + Field.unknown) == 0
    }

    /// Whether ``contains(system:code:)`` can tell of every code with a system.
    package var isDecidable: Bool { table.word(place + Field.unknown) == 0 }

    /// The codes that are here, in the order of the definition.
    package var codes: [Code] {
        table.items(table.word(place + Field.groups)).flatMap { item -> [Code] in
            let group = Group(table: table, place: table.word(item))
            let system = group.system
            return table.items(group.codes).enumerated().map { index, code in
                Code(
                    system: system, code: table.text(code),
                    display: table.textIfAny(group.displays + 1 + index))
            }
        }
    }

    /// The first codes that are here, without their systems, in the order of the definition.
    package func codes(countMax: Int) -> [String] {
        var found: [String] = []
        for item in table.items(table.word(place + Field.groups)) {
            let group = Group(table: table, place: table.word(item))
            for code in table.items(group.codes).prefix(countMax - found.count) {
                found.append(table.text(code))
            }
            if found.count >= countMax { break }
        }
        return found
    }

    /// The code systems of which every code belongs to the set, and whose codes are not here.
    package var wholeSystems: [String] { table.texts(place + Field.whole) }

    /// Whether a code belongs to the set.
    ///
    /// Nil where it cannot be told here: the set takes some codes of that system, and which ones is
    /// defined in a package that is not here. Any code of a system in ``wholeSystems`` belongs to
    /// the set, whether or not the system has it.
    ///
    /// - Parameter system: the address of the code system; nil for an element of type `code`, where
    ///   the set alone says which system is meant.
    package func contains(system: String?, code: String) -> Bool? {
        if display(system: system, code: code) != nil { return true }
        let (whole, unknown) = (wholeSystems, table.texts(place + Field.unknown))
        guard let system else { return whole.isEmpty && unknown.isEmpty ? false : nil }
        if whole.contains(system) { return true }
        return unknown.contains(system) || unknown.contains("") ? nil : false
    }

    /// What people call a code that is here; empty if nothing says, nil if the code is not here.
    package func display(system: String?, code: String) -> String? {
        guard let text = table.index(ofText: code) else { return nil }
        for item in table.items(table.word(place + Field.groups)) {
            let group = Group(table: table, place: table.word(item))
            guard system == nil || group.system == system else { continue }
            if let found = table.items(group.codes).first(where: { table.word($0) == text }) {
                return table.text(group.displays + found - group.codes)
            }
        }
        return nil
    }

    /// The codes of one system in a set.
    private struct Group {
        let table: DefinitionTable
        let place: Int

        var system: String { table.text(place) }
        var codes: Int { table.word(place + 1) }
        var displays: Int { table.word(place + 2) }
    }
}
