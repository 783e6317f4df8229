extension Definitions {
    /// A value set of the standard or of US Core by its address.
    ///
    /// A version after a bar is not looked at: there is one version of each.
    package func valueSet(_ url: String) -> ValueSetDefinition? {
        place(of: url, in: .valueSets).map { ValueSetDefinition(table: table, place: $0) }
    }

    /// The addresses of all value sets, sorted.
    package var valueSetURLs: [String] { addresses(in: .valueSets) }

    /// A code system of the standard or of US Core by its address.
    ///
    /// A version after a bar is not looked at unless it is part of the address itself, as it is for
    /// some tables of HL7 v2.
    package func codeSystem(_ url: String) -> CodeSystemDefinition? {
        place(of: url, in: .codeSystems).map { CodeSystemDefinition(table: table, place: $0) }
    }

    /// The addresses of all code systems, sorted.
    package var codeSystemURLs: [String] { addresses(in: .codeSystems) }

    /// A profile of the standard or of US Core, or the definition of a type, by its address.
    ///
    /// A version after a bar is not looked at.
    package func profile(_ url: String) -> ProfileDefinition? {
        place(of: url, in: .profiles).map { ProfileDefinition(table: table, place: $0) }
    }

    /// The addresses of all profiles and definitions of types, sorted.
    package var profileURLs: [String] { addresses(in: .profiles) }

    /// The profiles on a type that is no data type, sorted by address; those of the standard and of
    /// US Core.
    package func profiles(for type: String) -> [ProfileDefinition] {
        table.items(table.root(.profiles), width: 2).map {
            ProfileDefinition(table: table, place: table.word($0 + 1))
        }.filter { $0.isConstraint && $0.kind == .resource && $0.type == type }
    }

    /// An operation of the standard or of US Core by its address.
    ///
    /// A version after a bar is not looked at.
    package func operation(_ url: String) -> OperationDefinition? {
        place(of: url, in: .operations).map { OperationDefinition(table: table, place: $0) }
    }

    /// The operations with a code, such as `expand`, that a type of resource has.
    package func operations(_ code: String, for type: String) -> [OperationDefinition] {
        operations.filter { operation in
            operation.code == code && operation.resources.contains { isType(type, a: $0) }
        }
    }

    /// Every operation, sorted by address.
    package var operations: [OperationDefinition] {
        table.items(table.root(.operations), width: 2).map {
            OperationDefinition(table: table, place: table.word($0 + 1))
        }
    }

    private func addresses(in root: DefinitionTable.Root) -> [String] {
        table.items(table.root(root), width: 2).map { table.text($0) }
    }

    private func place(of url: String, in root: DefinitionTable.Root) -> Int? {
        let directory = table.root(root)
        if let row = table.find(url, in: directory, width: 2) { return table.word(row + 1) }
        guard let bar = url.utf8.firstIndex(of: UInt8(ascii: "|")) else { return nil }
        return table.find(String(url[..<bar]), in: directory, width: 2).map { table.word($0 + 1) }
    }
}
