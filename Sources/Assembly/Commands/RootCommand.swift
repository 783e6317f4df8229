import ArgumentParser

/// `tribal-ehr`, with everything below it.
struct RootCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tribal-ehr",
        abstract: "The electronic health record of a small tribal clinic, in one box.",
        discussion: "Exit codes: 0 all is well, 1 it is not, 2 wrong usage.",
        version: "tribal-ehr \(AppVersion.text)",
        groupedSubcommands: [
            CommandGroup(
                name: "Run the box",
                subcommands: [
                    ServeCommand.self, SetupCommand.self, SetupCodeCommand.self,
                    MaintenanceCommand.self,
                ]),
            CommandGroup(
                name: "Bring records in",
                subcommands: [
                    ImportCommand.self, ValidateCommand.self, DemoCommand.self, TermsCommand.self,
                ]),
            CommandGroup(
                name: "Take records out", subcommands: [PurgeCommand.self]),
            CommandGroup(
                name: "People and access",
                subcommands: [UserCommand.self, TokenCommand.self]),
            CommandGroup(
                name: "Audit log, keys and certificates",
                subcommands: [AuditCommand.self, KeysCommand.self, CertificateCommand.self]),
            CommandGroup(name: "Backups", subcommands: [BackupCommand.self]),
            CommandGroup(
                name: "Look after the box",
                subcommands: [
                    SettingCommand.self, CheckConfigCommand.self, PreflightCommand.self,
                    DoctorCommand.self,
                    SelfTestCommand.self, HealthcheckCommand.self, MigrateCommand.self,
                    UpgradeCommand.self, VersionCommand.self,
                ]),
        ])
}
