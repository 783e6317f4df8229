/// One copy of a backup at one place, as far as keeping it is concerned.
package struct RetentionCopy: Hashable, Sendable {
    /// What is known of whether it can be restored.
    package enum State: String, Hashable, Sendable {
        /// It was restored into a scratch folder, and everything was right.
        case proven
        /// Nobody has tried yet.
        case unproven
        /// It was tried, and something was wrong.
        case failed
    }

    /// The place in the catalogue, rising with each backup; the only order that counts.
    package let sequence: Int64
    /// Box time of the backup, UTC milliseconds; see ``BoxTime``.
    package let markMs: Int64
    /// How far the clinic's clock was ahead of UTC then.
    package let zoneOffsetSeconds: Int
    package let bytes: Int64
    package let state: State

    /// Makes a copy.
    package init(
        sequence: Int64, markMs: Int64, zoneOffsetSeconds: Int, bytes: Int64, state: State
    ) {
        self.sequence = sequence
        self.markMs = markMs
        self.zoneOffsetSeconds = zoneOffsetSeconds
        self.bytes = bytes
        self.state = state
    }
}

/// Which copies of one place stay and which go, with the reason of each.
///
/// Age is never looked at: a tier counts hours, days, weeks and months that have a proven copy,
/// from the newest backwards, so that a clock that jumped cannot make everything old at once.
///
/// Spec: SECURITY F11, B08.
package struct RetentionPlan: Hashable, Sendable {
    /// Why a copy stays.
    package enum Reason: Hashable, Sendable {
        /// It is the newest of its hour, day, week or month.
        case tier(RetentionTier)
        /// It is one of the newest three that are proven.
        case newest
        /// Its proof is still to come, or newer proven ones are too few to do without it.
        case waitsForProof
        /// Nothing is deleted at present.
        case held
    }

    /// Why a copy goes.
    package enum Cause: String, Hashable, Sendable {
        /// The policy no longer asks for it.
        case policy
        /// Three newer copies are proven and this one is not.
        case neverProven = "never-proven"
        /// There is no room for the next backup.
        case space
    }

    /// Why nothing at all is deleted.
    package enum Hold: String, Hashable, Sendable {
        /// The clock of the box cannot be trusted at present.
        case clock
        /// Fewer than three copies are proven.
        case fewProven = "few-proven"
    }

    /// Copies that stay, by sequence, with every reason.
    package let kept: [Int64: [Reason]]
    /// Copies that go, oldest first.
    package let dropped: [(sequence: Int64, cause: Cause)]
    /// Set where nothing is deleted, whatever the policy says.
    package let hold: Hold?
    /// Bytes that are missing still after everything that may go has gone.
    package let shortBytes: Int64

    package static func == (a: RetentionPlan, b: RetentionPlan) -> Bool {
        a.kept == b.kept && a.dropped.map(\.sequence) == b.dropped.map(\.sequence)
            && a.hold == b.hold && a.shortBytes == b.shortBytes
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(kept)
        hasher.combine(dropped.map(\.sequence))
    }

    /// Decides.
    ///
    /// - Parameters:
    ///   - copies: all copies at one place, in any order; a sequence stands once.
    ///   - isClockTrusted: false holds everything.
    ///   - bytesShort: how many bytes the next backup lacks; 0 where there is room.
    package init(
        copies: [RetentionCopy], policy: RetentionPolicy, isClockTrusted: Bool = true,
        bytesShort: Int64 = 0
    ) {
        let newestFirst = copies.sorted { $0.sequence > $1.sequence }
        let proven = newestFirst.filter { $0.state == .proven }
        let hold: Hold? =
            !isClockTrusted
            ? .clock : proven.count < RetentionPolicy.provenMin ? .fewProven : nil
        var kept = Self.wanted(proven, policy)
        var dropped: [(sequence: Int64, cause: Cause)] = []
        let lastUntouched = proven.prefix(RetentionPolicy.provenMin).last?.sequence ?? 0
        for copy in newestFirst where kept[copy.sequence] == nil {
            if hold != nil {
                kept[copy.sequence] = [copy.state == .proven ? .held : .waitsForProof]
            } else if copy.state == .proven {
                dropped.append((copy.sequence, .policy))
            } else if copy.sequence > lastUntouched {
                kept[copy.sequence] = [.waitsForProof]
            } else {
                dropped.append((copy.sequence, .neverProven))
            }
        }
        let sizes = Dictionary(uniqueKeysWithValues: copies.map { ($0.sequence, $0.bytes) })
        var missing = bytesShort - dropped.reduce(0) { $0 + (sizes[$1.sequence] ?? 0) }
        for copy in proven.reversed() where missing > 0 && hold == nil {
            guard copy.sequence < lastUntouched, kept.removeValue(forKey: copy.sequence) != nil
            else { continue }
            dropped.append((copy.sequence, .space))
            missing -= copy.bytes
        }
        self.kept = kept
        self.dropped = dropped.sorted { $0.sequence < $1.sequence }
        self.hold = hold
        shortBytes = max(0, missing)
    }

    /// What the policy asks for among proven copies, newest first.
    private static func wanted(
        _ proven: [RetentionCopy], _ policy: RetentionPolicy
    ) -> [Int64: [Reason]] {
        var kept: [Int64: [Reason]] = [:]
        for tier in RetentionTier.allCases {
            let countMax = policy.count(tier)
            var taken: Set<Int64> = []
            for copy in proven {
                guard taken.count < countMax else { break }
                let slot = tier.slot(
                    markMs: copy.markMs, zoneOffsetSeconds: copy.zoneOffsetSeconds)
                guard taken.insert(slot).inserted else { continue }
                kept[copy.sequence, default: []].append(.tier(tier))
            }
        }
        for copy in proven.prefix(RetentionPolicy.provenMin) {
            kept[copy.sequence, default: []].append(.newest)
        }
        return kept
    }
}

extension RetentionPlan.Reason {
    /// The word of a reason in answers to programs.
    package var word: String {
        switch self {
        case .tier(let tier): tier.rawValue
        case .newest: "newest"
        case .waitsForProof: "waits-for-proof"
        case .held: "held"
        }
    }
}
