import Assembly
import FHIRModel
import Testing

@Suite("Program")
struct ProgramTests {
    @Test(arguments: [
        ["nonsense"], ["serve", "--nonsense"], ["import"], ["user", "add"],
        ["user", "add", "ada", "--role", "KING"], ["user", "unlock"], ["token", "--user", "ada"],
        ["healthcheck", "--url", "http://localhost"], ["audit", "export", "--after", "-1"],
        ["audit", "export", "--json"],
        ["user", "add", "ada", "--role", "NURSE", "--generate", "--password-file", "x"],
    ])
    func `wrong usage ends with 2 and says how`(arguments: [String]) async {
        let said = Said()
        #expect(await said.run(arguments) == 2)
        #expect(said.out.isEmpty)
        #expect(said.text.contains("sage: tribal-ehr") || said.text.contains("USAGE"))
    }

    @Test func `help and version are no failures`() async {
        for arguments in [["--help"], ["help", "import"], ["--version"], ["version"], []] {
            let said = Said()
            #expect(await said.run(arguments) == 0, "\(arguments)")
            #expect(!said.out.isEmpty)
        }
    }

    @Test func `a configuration that cannot be used is told whole`() async {
        let scratch = Scratch()
        let file = scratch.write("c.conf", "LISTEN=x\nNO_SUCH_KEY=1\n".utf8)
        let said = Said()
        #expect(await said.run(["check-config", "--config", file, "--json"]) == 1)
        let json = said.out.last.flatMap { text in
            // A line that is no JSON fails the next expectation.
            try? JSON.parse(Array(text.utf8))
        }
        #expect(json?.string("status") == "failed")
        #expect(json?["problems"]?.count == 2)
        let serve = Said()
        #expect(await serve.run(["serve", "--config", file]) == 1)
        #expect(serve.text.contains("c.conf:1") && serve.text.contains("c.conf:2"))
    }

    @Test func `a configuration file that was named must be there`() async {
        let said = Said()
        #expect(await said.run(["check-config", "--config", "/nowhere/x.conf"]) == 1)
        #expect(said.text.contains("/nowhere/x.conf"))
    }

    @Test func `values in force are told with where they come from`() async {
        let said = Said()
        let code = await said.run(
            ["check-config", "--http-listen", "off", "--host", "a.local", "--host", "b.local"],
            environment: ["TRIBAL_EHR_LISTEN": "127.0.0.1:9"])
        #expect(code == 0)
        #expect(said.text.contains("127.0.0.1:9"))
        #expect(said.text.contains("TRIBAL_EHR_LISTEN"))
        #expect(said.text.contains("a.local b.local"))
    }

    @Test func `the self-test passes and says so for machines`() async {
        let said = Said()
        #expect(await said.run(["selftest", "--json"]) == 0)
        #expect(said.out.count == 1)
        #expect(said.out.last?.contains(#""status":"ok""#) == true)
    }

    @Test func `keys are not opened where there are none`() async {
        let scratch = Scratch()
        let code = scratch.write("code", "846D-74F0-T1PY-J6DW-GCCR-8AK6-FKKC-XXV5-M4\n".utf8)
        let said = Said()
        let exit = await said.run(
            ["keys", "open", "--recovery-code-file", code, "--data-dir", scratch.path])
        #expect(exit == 1)
        #expect(said.text.contains("keyring.json"))
        #expect(!said.text.contains("846D"))
    }
}
