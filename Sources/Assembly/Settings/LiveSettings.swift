import FHIRAPI
import Identity
import Logging
import Steward
import Synchronization

/// The settings of the running box: what the start was given, and what administrators set since.
final class LiveSettings: Sendable {
    private struct State {
        var settings: ServeSettings
        var listeners: [@Sendable (ServeSettings) -> Void] = []
    }

    private let base: ServeSettings
    private let state: Mutex<State>

    init(_ base: ServeSettings) {
        self.base = base
        state = Mutex(State(settings: base))
    }

    /// The settings as they are now.
    var current: ServeSettings { state.withLock { $0.settings } }

    /// Calls `listener` now, and whenever something is set.
    func follow(_ listener: @escaping @Sendable (ServeSettings) -> Void) {
        let now = state.withLock { state in
            state.listeners.append(listener)
            return state.settings
        }
        listener(now)
    }

    /// Takes what administrators set; what they did not set is as the start was given it.
    func use(_ values: [String: String]) -> ServeSettings {
        var settings = base
        for setting in Setting.all where setting.isLive && base.given[setting.key] == nil {
            if let text = values[setting.key] { _ = setting.put(text, into: &settings) }
        }
        let taken = settings
        let listeners = state.withLock { state in
            state.settings = taken
            return state.listeners
        }
        for listener in listeners { listener(taken) }
        return taken
    }

    /// The settings as the page shows them.
    var facts: [SettingFact] {
        Setting.all.map { setting in
            let given = base.given[setting.key]
            return SettingFact(
                key: setting.key, group: setting.group.rawValue, sentence: setting.sentence,
                bound: setting.bound, unit: setting.unit, kind: Self.kind(setting),
                defaultText: setting.isSecret ? "" : setting.defaultText, isLive: setting.isLive,
                givenText: given?.text, givenPlace: given?.origin)
        }
    }

    /// Whether a text is a value of a setting.
    static func takes(_ key: String, _ text: String) -> Bool {
        var settings = ServeSettings()
        return Setting.all.first { $0.key == key }?.put(text, into: &settings) ?? false
    }

    private static func kind(_ setting: Setting) -> SettingFact.Kind {
        switch setting.kind {
        case .number(_, let range): .number(range)
        case .onOff: .choice(["on", "off"])
        case .validation: .choice(WriteRules.Level.allCases.map(\.rawValue))
        case .level: .choice(Logger.Level.allCases.map(\.rawValue))
        default: .text
        }
    }
}
