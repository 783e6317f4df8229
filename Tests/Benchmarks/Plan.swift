/// How much is measured.
struct Plan: Sendable {
    /// Patients in the box that is asked over HTTP.
    var boxPatients = 20_000
    /// Times that each pair of measurement and base is repeated.
    var rounds = 5
    /// How long the load generator runs each time.
    var loadSeconds = 5
    /// Connections of the load generator.
    var connections = 16
    /// Resources that are read in turns.
    var readPatients = 500
    /// Times that the box is started to measure the start.
    var starts = 5
    var createPatients = 500
    var createsPerRound = 10_000
    /// Callers that create at the same time.
    var callers = 64
    var searchedPatients = [1_000, 10_000, 100_000]
    var searches = 4_000
    /// Records of the clinics that are compared, the smallest first.
    var clinicRecords = [100_000, 1_000_000]
    /// The size of the record that is backed up, in MiB.
    var backupMiB = 5_120
    /// Whether one Synthea patient is enough.
    var isSmall = false

    /// The full measurement: some minutes.
    static let full = Plan()

    /// Little of everything, to see that it runs.
    static let smoke: Plan = {
        var plan = Plan()
        plan.boxPatients = 500
        plan.rounds = 1
        plan.loadSeconds = 1
        plan.readPatients = 50
        plan.starts = 1
        plan.createPatients = 50
        plan.createsPerRound = 500
        plan.searchedPatients = [200, 1_000]
        plan.searches = 200
        plan.clinicRecords = [600, 3_000]
        plan.backupMiB = 24
        plan.isSmall = true
        return plan
    }()
}
