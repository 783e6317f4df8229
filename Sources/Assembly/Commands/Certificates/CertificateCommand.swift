import ArgumentParser
import FHIRModel
import Kernel
import RecordStore
import Sealing

/// `tribal-ehr certificate …`: what browsers are shown.
struct CertificateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate",
        abstract: "Show the certificates of the box, or bring another one.",
        subcommands: [
            CertificateShowCommand.self, CertificateInstallCommand.self,
            CertificateResetCommand.self, CertificateRequestCommand.self, AcmeCommand.self,
        ])
}

/// `tribal-ehr certificate show`.
struct CertificateShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what browsers see, until when, and the fingerprint to compare.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let answer = try await folder.linked { try await $0.run("certificate.show") }
        CertificateText.tell(answer, report)
        report.finish(answer)
    }
}

/// `tribal-ehr certificate install`.
struct CertificateInstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Bring a certificate of your own.",
        discussion: """
            Files are PEM. The server's certificate comes first, then those that vouch for it. \
            Without --key the file answers the latest `certificate request`. While the box serves, \
            the certificate is on trial for 60 seconds: open the address that is printed in a \
            browser, or the one of before comes back. Clients that name another host keep seeing \
            the box's own certificate.
            """)

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Option(help: ArgumentHelp("The certificate with its chain.", valueName: "file"))
    var certificate: String

    @Option(help: ArgumentHelp("The private key.", valueName: "file"))
    var key: String?

    @Flag(help: "Keep it at once, as a renewal by a script needs; the checks are the same.")
    var withoutTrial = false

    func run() async throws {
        let chain = try Self.text(certificate)
        let keyText = try key.map(Self.text)
        let trialless = withoutTrial
        let hosts = try folder.settings().hosts
        let answer = try await folder.linked { link in
            try await link.ask("certificate.install") { out in
                out.member("certificate", chain)
                if let keyText { out.member("key", keyText) }
                out.member("withoutTrial", trialless)
                out.array("hosts") { list in
                    for host in hosts { list.string(host) }
                }
            }
        }
        let names = answer["names"]?.elements.compactMap(\.string) ?? []
        guard let token = answer.string("token") else {
            report.say("The certificate is in force for \(names.joined(separator: ", ")).")
            report.finish { $0.member("status", "installed") }
            return
        }
        report.say("The certificate is on trial for 60 seconds. Open one of these in a browser:")
        for name in names { report.say("  https://\(name)/certificates/confirm#\(token)") }
        report.say("With a port other than 443, put it behind the name.")
        try await follow()
    }

    /// Waits until the trial is over, either way.
    private func follow() async throws {
        var status = try await folder.linked { try await $0.run("certificate.show") }
        while status["trial"] != nil {
            try await Task.sleep(for: .seconds(1))
            status = try await folder.linked { try await $0.run("certificate.show") }
        }
        let isKept = status["served"]?.elements.contains { $0.string("kind") == "own" } ?? false
        report.say(
            isKept
                ? "A browser confirmed it. The certificate is in force."
                : "No browser confirmed it. The certificate of before is back.")
        report.finish { $0.member("status", isKept ? "installed" : "rolled-back") }
        if !isKept { throw ExitCode(1) }
    }

    private static func text(_ path: String) throws -> String {
        guard let bytes = try FileBytes.read(path, bytesMax: Certificates.chainBytesMax) else {
            throw Problem(.notFound, "There is no file \(path).")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Problem(
                .value,
                "\(path) is not PEM text. Turn it into PEM with: openssl x509 -inform DER -in FILE")
        }
        return text
    }
}

/// `tribal-ehr certificate reset`.
struct CertificateResetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "Go back to the certificate that the box makes itself.")

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let answer = try await folder.linked { try await $0.run("certificate.reset") }
        let hadOwn = answer["hadOwn"]?.bool ?? false
        report.say(
            hadOwn
                ? "The box shows its own certificate again."
                : "The box showed its own certificate already.")
        report.finish(answer)
    }
}

/// `tribal-ehr certificate request`.
struct CertificateRequestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request",
        abstract: "Make a signing request for an authority of the clinic; the key stays in the box."
    )

    @OptionGroup var folder: FolderOptions
    @OptionGroup var report: ReportOptions

    @Option(
        name: .customLong("host"),
        help: ArgumentHelp(
            "A name that the certificate is to carry; may be repeated.", valueName: "name"))
    var hosts: [String]

    @Option(help: ArgumentHelp("Write the request to this file.", valueName: "file"))
    var output: String?

    func run() async throws {
        let names = hosts
        let answer = try await folder.linked { link in
            try await link.ask("certificate.request") { out in
                out.array("names") { list in
                    for name in names { list.string(name) }
                }
            }
        }
        let text = answer.string("request") ?? ""
        if let output {
            var file = try ReservedFile(output)
            try file.write(text)
            report.say("The signing request is in \(file.path). Have it signed, then run:")
            report.say("  tribal-ehr certificate install --certificate FILE")
        } else {
            report.say(text)
        }
        report.finish(answer)
    }
}

private enum CertificateText {
    static func tell(_ answer: JSON, _ report: ReportOptions) {
        for one in answer["served"].map({ Array($0.elements) }) ?? [] {
            let names = one["names"]?.elements.compactMap(\.string) ?? []
            report.say(
                one.string("kind") == "own"
                    ? "The clinic's own certificate" : "The certificate that the box makes")
            report.say("  for          \(names.joined(separator: ", "))")
            report.say("  issued by    \(one.string("issuer") ?? "")")
            report.say(
                "  ends         \(one.string("expiresAt")?.prefix(10) ?? "") "
                    + "(\(one["daysLeft"]?.int ?? 0) days)")
            report.say("  fingerprint  \(one.string("fingerprint") ?? "")")
            report.say(
                "  trusted      "
                    + (one["isTrusted"]?.bool == true
                        ? "yes, by a device" : "no device has confirmed it yet"))
        }
        if let authority = answer["authority"] {
            report.say("The box's authority \(authority.string("name") ?? "")")
            report.say("  ends         \(authority.string("expiresAt")?.prefix(10) ?? "")")
            report.say("  fingerprint  \(authority.string("fingerprint") ?? "")")
        }
        if let trial = answer["trial"] {
            report.say(
                "A certificate is on trial for \(trial["secondsLeft"]?.int ?? 0) more seconds.")
        }
        if answer["request"] != nil { report.say("A signing request waits for its certificate.") }
        let uncovered = answer["uncovered"]?.elements.compactMap(\.string) ?? []
        if !uncovered.isEmpty {
            report.say("The authority may not vouch for: \(uncovered.joined(separator: ", "))")
        }
        report.say("To trust the box on a device: http://\(answer.string("address") ?? "")/trust")
    }
}
