import Assembly
import Backups
import FHIRModel
import Identity
import Kernel
import RecordStore
import Steward
import TestKit
import Testing

@Suite("Restore from the setup page")
struct SetupRestoreTests {
    /// A clinic's backup in a folder of its own, and the code of its kit.
    private func backup() async throws -> (folder: TemporaryFolder, path: String, code: String) {
        let folder = try TemporaryFolder()
        let made = try await TestBox.with(in: folder) { test -> (String, String) in
            let answers =
                #"{"clinicName":"Red Mesa","timeZone":"America/Denver","boxName":"red-mesa","#
                + #""administrator":\#(SetupBrowser.person)}"#
            let claim = try await test.run("setup", answers)
            try await test.put(SampleResources.patient("moved"))
            let backup = try await test.run("backup.create", "{}")
            return (backup.string("path") ?? "", claim.string("recoveryCode") ?? "")
        }
        return (folder, made.0, made.1)
    }

    @Test func `a backup that lies on the machine makes an empty box that of the clinic`()
        async throws
    {
        let made = try await backup()
        let other = try await backup()
        let folder = try TemporaryFolder()
        let target = folder.file("backups")
        try Folders.make(target)
        let path = target + "/x.tribal-ehr-backup"
        TemporaryFolder.write(TemporaryFolder.bytes(of: made.path), to: path)
        try await TestBox.with(in: folder) { test in
            try await ServedBox.with(test) { served in
                let browser = try await SetupBrowser.claiming(served).visitor
                let list = try await browser.get("/api/v1/setup/restore").json
                let first = list?["backups"]?[0]
                #expect(first?.string("clinicName") == "Red Mesa")
                #expect(first?["kits"]?.count == 1)
                let wrong = try await browser.send(
                    "POST", "/api/v1/setup/restore/begin",
                    #"{"path":"\#(path)","code":"\#(other.code)"}"#)
                #expect(wrong.status == 403)
                #expect(wrong.text.contains("This backup needs kit"))
                let mistyped = try await browser.send(
                    "POST", "/api/v1/setup/restore/begin", #"{"path":"\#(path)","code":"7K2M"}"#)
                #expect(mistyped.status == 400)
                let elsewhere = try await browser.send(
                    "POST", "/api/v1/setup/restore/begin",
                    #"{"path":"\#(made.path)","code":"\#(made.code)"}"#)
                #expect(elsewhere.status == 404)
                let right = try await browser.send(
                    "POST", "/api/v1/setup/restore/begin",
                    #"{"path":"\#(path)","code":"\#(made.code)"}"#)
                #expect(right.status == 202)
                while true {
                    let state = try await browser.get("/api/v1/setup/restore/progress").json
                    guard state?.string("stage") == "running" else {
                        #expect(state?.string("stage") == "restarting")
                        break
                    }
                    await Task.yield()
                }
            }
        }
        try await TestBox.with(in: folder) { test in
            #expect(test.box.isClaimed)
            #expect(test.box.clinic?.name == "Red Mesa")
            #expect(test.box.identity.accounts.user(named: "ana") != nil)
            let moved = try await test.box.store.read("Patient", "moved", by: test.command)
            #expect(moved.version == 1)
        }
        #expect(TemporaryFolder.names(in: folder.path).contains { $0.hasPrefix("data.before") })
    }

    @Test func `a stranger learns nothing, and a set-up box has no such address`() async throws {
        try await TestBox.served { test, served in
            let nobody = try await served.nobody()
            #expect(try await nobody.get("/api/v1/setup/restore").status == 401)
            let piece = "/api/v1/setup/restore/upload?offset=0&total=3"
            #expect(try await nobody.send("POST", piece, "abc").status == 401)
            let browser = try await SetupBrowser.claiming(served).visitor
            let refused = try await browser.send("POST", piece, "abc")
            #expect(refused.status == 400)
            #expect(refused.text.contains("no whole backup"))
            let gap = "/api/v1/setup/restore/upload?offset=5&total=9"
            #expect(try await browser.send("POST", gap, "abc").status == 409)
            let answers =
                #"{"clinicName":"A","timeZone":"UTC","boxName":"a","administrator":"#
                + SetupBrowser.person + "}"
            _ = try await test.run("setup", answers)
            #expect(try await browser.get("/api/v1/setup/restore").status == 404)
        }
    }
}
