import AccessControl
import Identity
import Kernel
import Logging
import RecordStore
import ServerKit
import ServiceLifecycle
import Steward

/// What the box does by itself while it serves: delivers messages, checks the audit chain every
/// day, renews its certificate, keeps how often people tried to sign in, finishes a rotation of
/// keys that was cut off and a rebuild of the search index.
struct BoxWork: Service {
    private static let pauseSeconds = 2
    /// So many rounds pass between two looks at the certificate without any cause.
    private static let certificateRounds = 15
    private static let dayMs: Int64 = 86_400_000

    let box: Box
    let rates: RateMemory
    let logger: Logger
    private let night = NightHour()
    private let seen = SeenCount()

    init(box: Box, rates: RateMemory, logger: Logger) {
        self.box = box
        self.rates = rates
        self.logger = logger
    }

    /// Works until the service group stops it.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            await finishRotation()
            await completePractice()
            var rounds = 0
            while !Task.isCancelled {
                await rebuildSearchIndex()
                await round()
                await rates.keep()
                await lookAfterCertificates(isTime: rounds % Self.certificateRounds == 0)
                rounds += 1
                do {
                    try await Task.sleep(for: .seconds(Self.pauseSeconds))
                } catch {
                    return
                }
            }
        }
    }

    /// One round.
    ///
    /// A job that fails is logged, marked, and tried again at its next time; the
    /// others go on.
    private func round() async {
        do {
            let caller = box.machine("job")
            let grant = try await box.grant(Ask(.administer, area: .system, type: "Job"), caller)
            let notices = NoticeBoard(store: box.store)
            while try await notices.deliver(grant) > 0 {}
            try await watchAdministrators()
            if box.takePracticeDue() { await completePractice() }
            let due = try await due(grant)
            for job in Job.allCases where due.contains(job) { try await run(job, grant) }
        } catch {
            logger.error("jobs", metadata: ["error": "\(type(of: error))"])
        }
    }

    private enum Job: String, CaseIterable {
        case verifyAudit = "audit-verify"
        case renewCertificate = "certificate"
        case forgetAnswers = "forget-answers"
        case remindOfSecond = "second-administrator"
        case resetPractice = "practice-reset"
        case accessReview = "access-review"
    }

    private func due(_ grant: Grant) async throws -> Set<Job> {
        let nowMs = box.clock.wallMs()
        let states = try await box.store.jobs(grant)
        var due: Set<Job> = []
        for job in Job.allCases {
            guard let state = states.first(where: { $0.name == job.rawValue }) else {
                try await set(
                    job, grant, state: "waiting",
                    afterMs: job == .resetPractice ? night.msLeft(from: nowMs) : 600_000,
                    isOK: false)
                continue
            }
            // A job that is due further ahead than it can be was planned under another clock.
            if state.dueMs <= nowMs || state.dueMs > nowMs + 2 * Self.dayMs { due.insert(job) }
        }
        return due
    }

    private func run(_ job: Job, _ grant: Grant) async throws {
        try await set(job, grant, state: "running", afterMs: Self.dayMs, isOK: false)
        do {
            switch job {
            case .verifyAudit: try await verifyAudit(grant)
            case .renewCertificate: try await renewCertificate(grant)
            case .forgetAnswers:
                try await box.store.forgetAnswers(grant)
                try await box.store.forgetDeferred(grant)
            case .remindOfSecond: try await box.remindOfSecondAdministrator()
            case .resetPractice: try await resetPractice()
            case .accessReview: try await box.identity.reviews.remind(grant)
            }
            let afterMs =
                job == .resetPractice
                ? night.msLeft(from: box.clock.wallMs()) : Self.dayMs
            try await set(job, grant, state: "waiting", afterMs: afterMs, isOK: true)
        } catch {
            logger.error("job.failed", metadata: ["job": "\(job.rawValue)"])
            try await set(job, grant, state: "failed", afterMs: 3_600_000, isOK: false)
        }
    }

    private func set(
        _ job: Job, _ grant: Grant, state: String, afterMs: Int64, isOK: Bool
    ) async throws {
        try await box.store.setJob(
            grant, job.rawValue, state: state, dueMs: box.clock.wallMs() + afterMs, mark: "",
            isOK: isOK)
    }

    private func verifyAudit(_ grant: Grant) async throws {
        let ask = Ask(.read, area: .audit, type: "AuditLog")
        let verdict = try await box.store.verifyAudit(try await box.grant(ask, grant.caller))
        guard let fault = verdict.firstBad else { return }
        logger.critical("audit.broken", metadata: ["seq": "\(fault.seq)"])
        try await NoticeBoard(store: box.store).tell(
            grant, kind: "audit.broken",
            "The audit log is not as it was written: entry \(fault.seq). \(fault.reason)")
    }

    private func renewCertificate(_ grant: Grant) async throws {
        try await box.certificates.refresh(grant)
        try await warnOfEnd(grant)
    }

    /// Begins a practice clinic anew.
    private func resetPractice() async throws {
        guard box.clinic?.isPractice == true else { return }
        _ = try await DemoClinic(box: box).reset(caller: box.machine("job"))
        logger.info("practice.reset")
    }

    /// Brings what a cut-off setup left out of the invented clinic.
    private func completePractice() async {
        guard box.clinic?.isPractice == true, !DemoClinic(box: box).isWhole else { return }
        do {
            _ = try await DemoClinic(box: box).load(force: true, caller: box.machine("job"))
        } catch {
            logger.error("practice.load", metadata: ["error": "\(type(of: error))"])
        }
    }

    /// Looks at once when the number of administrators changes; the job reminds every day.
    private func watchAdministrators() async throws {
        let count = box.isClaimed ? box.identity.accounts.administratorCount : 0
        guard seen.exchange(count) != count else { return }
        try await box.remindOfSecondAdministrator()
    }

    /// Makes the search index where a release before this one made another one, or none.
    private func rebuildSearchIndex() async {
        guard box.store.searchIndexPart < 1 else { return }
        do {
            let ask = Ask(.administer, area: .system, type: "Job")
            try await box.store.rebuildSearchIndex(try await box.grant(ask, box.machine("job")))
            logger.info("search-index.rebuilt")
        } catch is CancellationError {
            // The box stops; the next start goes on from here.
        } catch {
            logger.error("search-index.rebuild", metadata: ["error": "\(type(of: error))"])
        }
    }

    private func finishRotation() async {
        guard box.store.isKeyRotationOpen else { return }
        do {
            let ask = Ask(.administer, area: .system, type: "Keys")
            try await box.store.rotateKeys(try await box.grant(ask, box.machine("job"))) { _ in }
            logger.info("keys.rotated")
        } catch {
            logger.error("keys.rotation", metadata: ["error": "\(type(of: error))"])
        }
    }
}
