import ArgumentParser
import FHIRModel
import Kernel

/// `tribal-ehr certificate acme …`: certificates of an authority on the internet.
struct AcmeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acme", abstract: "Get certificates from an authority that speaks ACME.",
        discussion: """
            Set ACME_DIRECTORY and ACME_NAMES first. The authority looks at port 80 of the box, or in \
            the name server where ACME_DNS_HOOK names a program that puts records there. A certificate \
            that is in force is renewed by itself at two thirds of its life.
            """,
        subcommands: [AcmeStatusCommand.self, AcmeNowCommand.self, AcmeForgetCommand.self],
        defaultSubcommand: AcmeStatusCommand.self)
}

/// `tribal-ehr certificate acme status`.
struct AcmeStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say how it stands with the authority.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let answer = try await folder.linked { try await $0.run("certificate.acme.show") }
        AcmeText.tell(answer, report)
        report.finish(answer)
    }
}

/// `tribal-ehr certificate acme now`.
struct AcmeNowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "now", abstract: "Get a certificate now.",
        discussion: """
            The certificate is on trial for 60 seconds: open the address that is printed in a browser, \
            or the one of before comes back.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Flag(help: "Put it in force at once; the checks are the same.")
    var withoutTrial = false

    func run() async throws {
        let trialless = withoutTrial
        _ = try await folder.linked { link in
            try await link.ask("certificate.acme.now") { $0.member("withoutTrial", trialless) }
        }
        var answer = try await folder.linked { try await $0.run("certificate.acme.show") }
        var isTold = false
        while let state = answer.string("state"), ["working", "trial"].contains(state) {
            if let token = answer.string("token"), !isTold {
                isTold = true
                report.say("The certificate is on trial for 60 seconds. Open in a browser:")
                for name in answer["names"]?.elements.compactMap(\.string) ?? [] {
                    report.say("  https://\(name)/certificates/confirm#\(token)")
                }
            }
            try await Task.sleep(for: .seconds(1))
            answer = try await folder.linked { try await $0.run("certificate.acme.show") }
        }
        AcmeText.tell(answer, report)
        report.finish(answer)
        if answer.string("fault") != nil { throw ExitCode(1) }
    }
}

/// `tribal-ehr certificate acme forget`.
struct AcmeForgetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Forget the account at the authority, with its key; certificates stay.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let answer = try await folder.linked { try await $0.run("certificate.acme.forget") }
        report.say("The account is forgotten. Nothing is renewed by itself any more.")
        report.finish(answer)
    }
}

private enum AcmeText {
    static func tell(_ answer: JSON, _ report: ReportOptions) {
        let names = answer["names"]?.elements.compactMap(\.string).joined(separator: ", ") ?? ""
        switch answer.string("state") {
        case "off":
            report.say("No authority is asked. Set ACME_DIRECTORY and ACME_NAMES to change that.")
            return
        case "on": report.say("The certificate for \(names) is renewed by itself.")
        case "working": report.say("The box gets a certificate: \(answer.string("step") ?? "").")
        case "trial": report.say("A certificate for \(names) is on trial.")
        default:
            report.say("No certificate yet for \(names). Get one: tribal-ehr certificate acme now")
        }
        report.say("  authority  \(answer.string("directory") ?? "")")
        report.say(
            "  proof      "
                + (answer.string("way") == "dns-01"
                    ? "in the name server, by the program in ACME_DNS_HOOK"
                    : "on port 80 of the box"))
        if let day = answer.string("renewsAt")?.prefix(16) { report.say("  renews     \(day) UTC") }
        if let day = answer.string("lastTryAt")?.prefix(16) {
            report.say("  last try   \(day) UTC")
        }
        if let fault = answer.string("fault") { report.say("  problem    \(fault)") }
    }
}
