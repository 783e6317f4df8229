import Glibc
import Kernel
import Sealing

/// The cursors of a search with keys of their own; stands inside of the store, where cursors are
/// known.
package final class CursorBox: Sendable {
    private let keys: DataKeys
    private let cursors: SearchCursors
    private let owner = SearchCursors.Owner(caller: "u-1", digest: [1, 2, 3])

    /// Makes keys in a folder for the time of the run; nil where that fails.
    package init?() {
        var template = Array("/tmp/fuzz-cursor-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { return nil }
        let folder = String(cString: made)
        // Nothing of the folder is needed once the ring is open.
        defer {
            unlink(folder + "/keyring.json")
            rmdir(folder)
        }
        guard let machine = try? SecretBytes.random(32),
            let ring = try? KeyRing.create(folder: folder, machine: machine, nowMs: 0)
        else { return nil }
        keys = DataKeys(keyRing: ring.ring)
        cursors = SearchCursors(keys: keys, clock: Clock(wallMs: { 7 }, steadyMs: { 7 }))
        _ = cursors.keep([1, 2, 3], for: owner)
    }

    /// Opens a text as a cursor, or seals the words first, as only the box itself can.
    package func take(_ bytes: [UInt8], isText: Bool) {
        if isText { return open(String(decoding: bytes, as: UTF8.self)) }
        let place = Place(
            table: "search", column: "cursor", row: owner.caller, patient: Hex.text(owner.digest),
            compartment: BoxKey.rows.rawValue)
        guard let key = try? keys.current(.rows),
            let sealed = try? SealedValue.seal(bytes, key: key, at: place)
        else { return }
        open(Hex.text(sealed))
    }

    private func open(_ text: String) {
        guard let position = try? cursors.position(text, for: owner) else { return }
        if case .kept(let list, _) = position { _ = try? cursors.list(list, for: owner) }
        guard let again = try? cursors.text(position, for: owner) else { return }
        precondition(
            (try? cursors.position(again, for: owner)) == position, "a cursor leads elsewhere")
    }
}
