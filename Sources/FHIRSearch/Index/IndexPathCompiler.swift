import FHIRModel

/// Turns the expression of a search parameter into paths through JSON.
struct IndexPathCompiler {
    /// A path as far as it is made, and the type where it stands.
    private struct State {
        var steps: [IndexPath.Step] = []
        var type: String
        var binding: Binding?
    }

    let definitions: Definitions
    /// Whether expressions made of plain steps are followed in the JSON, and not evaluated.
    var isFollowing = true

    /// The paths of an expression from a type; nil if it is not made of plain steps.
    ///
    /// An element that takes several types gives a path for each.
    func paths(_ expression: String, from type: String) -> [IndexPath]? {
        guard let alternatives = IndexPathReader.read(expression) else { return nil }
        var paths: [IndexPath] = []
        for pieces in alternatives {
            guard let states = states(pieces[...], from: type) else { return nil }
            for state in states.flatMap({ valued($0) }) {
                let systems =
                    state.type == "code" ? CodeSystems(state.binding, definitions) : nil
                paths.append(IndexPath(steps: state.steps, type: state.type, systems: systems))
            }
        }
        return paths
    }

    /// Where an expression of the standard ends at an extension, its value is meant.
    private func valued(_ state: State) -> [State] {
        state.type == "Extension" ? member("value", of: state) : [state]
    }

    private func states(_ pieces: ArraySlice<IndexPathReader.Piece>, from type: String) -> [State]?
    {
        var pieces = pieces
        if case .name(let first) = pieces.first, first.utf8.first.map({ $0 < 0x61 }) == true {
            // The part for another type finds nothing here.
            guard definitions.isType(type, a: first) else { return [] }
            pieces = pieces.dropFirst()
        }
        var states = [State(type: type)]
        for piece in pieces {
            guard let next = advance(states, piece) else { return nil }
            states = next
        }
        return states
    }

    private func advance(_ states: [State], _ piece: IndexPathReader.Piece) -> [State]? {
        switch piece {
        case .name(let name): return states.flatMap { member(name, of: $0) }
        case .cast(let type): return states.filter { isType($0.type, type) }
        case .referring(let type):
            return states.filter { ["Reference", "canonical", "uri"].contains($0.type) }
                .map { adding([.referring(type)], to: $0) }
        case .having(let name, let text):
            return states.map { adding([.having(name, text)], to: $0) }
        case .extensions(let url):
            return states.map {
                let steps: [IndexPath.Step] = [.member("extension"), .having("url", url)]
                return adding(steps, to: $0, type: "Extension")
            }
        case .position(let place):
            guard states.count == 1, case .member = states.first?.steps.last else { return nil }
            return states.map { adding([.position(place)], to: $0) }
        }
    }

    private func adding(
        _ steps: [IndexPath.Step], to state: State, type: String? = nil
    ) -> State {
        var state = state
        state.steps += steps
        if let type { state.type = type }
        return state
    }

    private func member(_ name: String, of state: State) -> [State] {
        // Of a coding the whole counts, so that its system can be asked for with the code.
        if name == "code", state.type == "Coding" { return [state] }
        guard let type = definitions.type(state.type) else { return [] }
        if let element = type.element(named: name), element.isChoice {
            return element.types.map { choice in
                let code = choice.code
                let json = name + code.prefix(1).uppercased() + code.dropFirst()
                return State(
                    steps: state.steps + [.member(json)], type: code, binding: element.binding)
            }
        }
        guard let (element, typeName) = type.element(json: name) else { return [] }
        return [
            State(
                steps: state.steps + [.member(name)], type: typeName, binding: element.binding)
        ]
    }

    /// Whether a type is exactly the one of a cast; the standard writes one with a capital too many.
    private func isType(_ type: String, _ wanted: String) -> Bool {
        type == wanted || type == "dateTime" && wanted == "DateTime"
    }
}
