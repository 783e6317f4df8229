import Exchange
import FHIRModel
import Glibc
import Kernel
import TestKit
import Testing

/// The program that puts records into a name server, as a real process.
@Suite(.timeLimit(.minutes(6))) struct `Program for the name server` {
    /// A program that writes down what it is given, and keeps the record in a file.
    private static func program(_ folder: TemporaryFolder, end: String = "exit 0") -> String {
        let path = folder.file("hook")
        let text = """
            #!/bin/sh
            env | sort >>\(folder.path)/seen
            echo "words $#" >>\(folder.path)/seen
            for number in 3 4 5 6 7 8 9; do
                if [ -e /proc/self/fd/$number ] && [ $number -lt 10 ]; then
                    case $(readlink /proc/$$/fd/$number) in
                    *socket*|*sqlite*) echo "open $number" >>\(folder.path)/seen ;;
                    esac
                fi
            done
            if [ "$ACME_ACTION" = add ]; then printf %s "$ACME_VALUE" >\(folder.path)/record; fi
            if [ "$ACME_ACTION" = remove ]; then rm -f \(folder.path)/record; fi
            \(end)
            """
        TemporaryFolder.write(Array(text.utf8), to: path)
        chmod(path, 0o755)
        return path
    }

    private static func with(
        end: String = "exit 0",
        _ body: (AcmeBox, AcmeAuthority, TemporaryFolder) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let record = folder.file("record")
        try await KeeperBox.with { keeper in
            try await keeper.serve()
            let box = AcmeBox(keeper)
            try await AcmeAuthority.with(
                keeper.test.clock,
                look: { _, _ in
                    String(decoding: TemporaryFolder.bytes(of: record), as: UTF8.self)
                },
                { authority in
                    box.set {
                        $0.directory = authority.directory
                        $0.names = [AcmeBox.name]
                        $0.hook = Self.program(folder, end: end)
                    }
                    try await body(box, authority, folder)
                })
        }
    }

    @Test func `it puts the record there, and takes it away again`() async throws {
        try await Self.with { box, _, folder in
            try await box.get()
            #expect(try await box.fault == nil)
            #expect(box.own != nil)
            #expect(!folder.files.contains("record"))
        }
    }

    @Test func `it is told by its environment alone, and holds nothing of the box`() async throws {
        try await Self.with { box, _, folder in
            setenv("TRIBAL_EHR_TEST_SECRET", "not for others", 1)
            defer { unsetenv("TRIBAL_EHR_TEST_SECRET") }
            try await box.get()
            let seen = String(
                decoding: TemporaryFolder.bytes(of: folder.file("seen")), as: UTF8.self)
            #expect(seen.contains("ACME_ACTION=add\n") && seen.contains("ACME_ACTION=remove\n"))
            #expect(seen.contains("ACME_RECORD=_acme-challenge.\(AcmeBox.name)\n"))
            #expect(seen.contains("ACME_DOMAIN=\(AcmeBox.name)\n"))
            #expect(seen.contains("words 0\n"))
            #expect(!seen.contains("SECRET") && !seen.contains("open "))
            let own = ["ACME_", "PATH=", "PWD=", "_=", "SHLVL=", "OLDPWD=", "words "]
            for line in seen.split(separator: "\n") {
                #expect(own.contains { line.hasPrefix($0) }, "\(line)")
            }
        }
    }

    @Test(arguments: [("exit 3", "ended with 3"), ("kill -9 $$", "ended by signal 9")])
    func `a program that fails is said, and nothing is asked of the authority`(
        end: String, words: String
    ) async throws {
        try await Self.with(end: end) { box, authority, _ in
            try await box.get()
            #expect(try await box.fault?.contains(words) == true)
            #expect(!authority.requests.contains { $0.contains("/challenge/") })
        }
    }

    @Test func `a program that is not there is said`() async throws {
        try await Self.with { box, _, folder in
            box.set { $0.hook = folder.file("none") }
            try await box.get()
            #expect(try await box.fault?.contains("could not be started") == true)
        }
    }
}
