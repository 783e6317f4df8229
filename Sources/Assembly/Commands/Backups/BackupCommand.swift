import ArgumentParser

/// `tribal-ehr backup …`: copies of the whole record.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Make, keep and look after backups.",
        subcommands: [
            BackupStatusCommand.self, BackupNowCommand.self, BackupPruneCommand.self,
            BackupPlacesCommand.self, BackupSimulateCommand.self,
        ])
}
