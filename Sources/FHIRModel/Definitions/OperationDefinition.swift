/// What can be asked of a server by `$` and a name.
///
/// Spec: FHIR R4 OperationDefinition, https://hl7.org/fhir/R4/operationdefinition.html
package struct OperationDefinition: Sendable {
    /// One thing that goes into an operation or comes out of it.
    package struct Parameter: Sendable {
        private enum Field {
            static let name = 0
            static let use = 1
            static let min = 2
            static let max = 3
            static let type = 4
            static let searchType = 5
            static let targets = 6
            static let binding = 7
            static let parts = 8
        }

        let table: DefinitionTable
        let place: Int

        /// The name.
        package var name: String { table.text(place + Field.name) }

        /// Whether it comes out.
        package var isOutput: Bool { table.word(place + Field.use) == 1 }

        /// How often it must be given.
        package var min: Int { table.word(place + Field.min) }

        /// How often it may be given; nil for any number of times.
        package var max: Int? { ElementFlags.limit(table.word(place + Field.max)) }

        /// The type; nil if it has parts.
        package var type: String? { table.textIfAny(place + Field.type) }

        /// How it is compared if it is a parameter of a search.
        package var searchType: String? { table.textIfAny(place + Field.searchType) }

        /// The addresses of what a reference may point to; empty for any.
        package var targetProfiles: [String] { table.texts(place + Field.targets) }

        /// Which codes it takes.
        package var binding: Binding? { Binding(table, place + Field.binding) }

        /// The parts it consists of.
        package var parts: [Parameter] { Self.list(table, place + Field.parts) }

        static func list(_ table: DefinitionTable, _ place: Int) -> [Parameter] {
            table.items(table.word(place)).map { Parameter(table: table, place: table.word($0)) }
        }
    }

    private enum Field {
        static let url = 0
        static let name = 1
        static let code = 2
        static let flags = 3
        static let resources = 4
        static let parameters = 5
    }

    let table: DefinitionTable
    let place: Int

    /// The address.
    package var url: String { table.text(place + Field.url) }

    /// The name for programs.
    package var name: String { table.text(place + Field.name) }

    /// The name in the address of a call, without `$`.
    package var code: String { table.text(place + Field.code) }

    /// The types of resource it is for; `Resource` for all.
    package var resources: [String] { table.texts(place + Field.resources) }

    /// Whether it is called on the server as a whole.
    package var isOnSystem: Bool { flags & 1 != 0 }

    /// Whether it is called on a type.
    package var isOnType: Bool { flags & 2 != 0 }

    /// Whether it is called on a single resource.
    package var isOnInstance: Bool { flags & 4 != 0 }

    /// Whether the definition says that it changes something.
    package var changesState: Bool { flags & 8 != 0 }

    /// What goes in and comes out.
    package var parameters: [Parameter] { Parameter.list(table, place + Field.parameters) }

    private var flags: Int { table.word(place + Field.flags) }
}
