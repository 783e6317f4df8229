import Synchronization

/// The users in memory, so that every request sees roles as they are now.
///
/// Filled at start and changed once a commit is on disk.
final class Directory: Sendable {
    private struct State {
        var byID: [String: User] = [:]
        var idByName: [String: String] = [:]
    }

    private let state = Mutex(State())

    init(_ users: [User]) {
        for user in users { put(user) }
    }

    var isEmpty: Bool { state.withLock { $0.byID.isEmpty } }

    var activeAdministratorCount: Int {
        state.withLock { $0.byID.values.count { $0.isActiveAdmin } }
    }

    /// Everybody, by the name that is shown.
    func all() -> [User] {
        state.withLock { Array($0.byID.values) }
            .sorted { ($0.displayName, $0.id) < ($1.displayName, $1.id) }
    }

    func user(id: String) -> User? { state.withLock { $0.byID[id] } }

    /// - Parameter folded: the name as ``Username/folded(_:)`` gives it.
    func user(folded: String) -> User? {
        state.withLock { state in state.idByName[folded].flatMap { state.byID[$0] } }
    }

    /// When the first account was made, UTC milliseconds.
    var firstCreatedMs: Int64? { state.withLock { $0.byID.values.map(\.createdMs).min() } }

    func user(practitionerID: String) -> User? {
        state.withLock { $0.byID.values.first { $0.practitionerID == practitionerID } }
    }

    func put(_ user: User) {
        let folded = Username.folded(user.username)
        state.withLock { state in
            state.byID[user.id] = user
            state.idByName[folded] = user.id
        }
    }
}
