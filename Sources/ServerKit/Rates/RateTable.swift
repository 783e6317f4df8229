/// What kind of act a rate counts.
package enum RateClass: String, CaseIterable, Hashable, Sendable {
    /// Files of the web application, by address.
    case assets
    /// Open routes that say little: health, metadata, discovery; by address.
    case open
    /// Everything behind the sign-in, by user; without a user by address.
    case api
    /// Tries to sign in from one address.
    case signIn = "sign-in"
    /// Tries to sign in to one account.
    case signInAccount = "sign-in-account"
    case passwordReset = "password-reset"
    /// Starting an export of many records, by user.
    case export
    /// Decision support calls, by user.
    case decisionSupport = "decision-support"
    /// All requests of all callers together.
    case everything

    /// The classes that a restart does not forgive.
    static let keptOverRestart: [RateClass] = [.signIn, .signInAccount, .passwordReset, .export]
}

/// How much of each class is let through.
///
/// | Class | Key | Rate |
/// |---|---|---|
/// | assets | address | 1,000 at once, 200/s |
/// | open | address | 200 at once, 20/s |
/// | api | user, else address | 100 at once, 20/s |
/// | sign-in | address | 20 a minute |
/// | sign-in-account | account | 5 a minute |
/// | password-reset | account | 3 an hour |
/// | export | user | 5 an hour |
/// | decision-support | user | 100 a minute |
/// | everything | the box | 4,000 at once, 2,000/s |
///
/// Reads and writes share one bucket a user: a screen of a chart takes some 20 requests at once, and
/// the 60 writes a minute of older documents would stall a nurse who records vital signs.
package struct RateTable: Sendable {
    private var rates: [RateClass: Rate]

    /// The rates of a clinic.
    package static let standard = RateTable(rates: [
        .assets: Rate(burst: 1_000, refillMs: 5_000),
        .open: Rate(burst: 200, refillMs: 10_000),
        .api: Rate(burst: 100, refillMs: 5_000),
        .signIn: Rate(burst: 20, refillMs: 60_000),
        .signInAccount: Rate(burst: 5, refillMs: 60_000),
        .passwordReset: Rate(burst: 3, refillMs: 3_600_000),
        .export: Rate(burst: 5, refillMs: 3_600_000),
        .decisionSupport: Rate(burst: 100, refillMs: 60_000),
        .everything: Rate(burst: 4_000, refillMs: 2_000),
    ])

    private init(rates: [RateClass: Rate]) { self.rates = rates }

    /// The rate of a class.
    package subscript(_ rateClass: RateClass) -> Rate {
        get { rates[rateClass] ?? Rate(burst: 100, refillMs: 5_000) }
        set { rates[rateClass] = newValue }
    }
}
