import Foundation
import Testing

/// `assay import --prometheus` on a real Prometheus that scrapes an exporter of ours.
@Suite(
    .enabled(if: PrometheusServer.isHere, "there is no Prometheus here; scripts/prometheus-parts unpacks Debian's"),
    .serialized
)
struct PrometheusTests {
    @Test("Telemetry is what the exporter told: every scrape counted, gaps seen, instances weighted")
    func telemetry() async throws {
        let server = try PrometheusServer()
        let folder = try TemporaryFolder()
        try await server.waitForScrapes(14, of: "dcgm")
        try server.setDown(true)
        sleep(4)
        try server.setDown(false)
        try await server.waitForScrapes(22, of: "dcgm")
        // What is served in this instant may or may not be stored: ask for the time until a second ago.
        sleep(2)
        let end = floor(Date().timeIntervalSince1970) - 1
        let told = server.scrapes("dcgm").filter { $0.seconds < end - 0.2 }
        let border = server.scrapes("dcgm").filter { $0.seconds >= end - 0.2 && $0.seconds <= end + 0.2 }
        let start = try #require(told.first).seconds - 30
        let found = try AssayBinary.json(
            [
                "import", "--prometheus", server.url, "--start", String(start), "--end", String(end - 0.2),
                "--threshold", "5%", "--json", "-o", "telemetry.csv",
            ],
            in: folder.path
        )
        #expect(found["metric"] as? String == "DCGM_FI_PROF_GR_ENGINE_ACTIVE")
        let places = try #require(found["places"] as? [[String: Any]])
        #expect(places.map { $0["uuid"] as? String } == ["GPU-aaaa", "GPU-bbbb", "GPU-bbbb"])
        #expect(places.map { $0["profile"] as? String } == [nil, "2g.10gb", "1g.5gb"])
        for (index, name) in [(0, "whole"), (1, "two"), (2, "one")] {
            // Prometheus stamps a scrape when it begins it, the exporter notes it a little later.
            let count = try #require(places[index]["scrapes"] as? Int)
            #expect(abs(count - told.count) <= border.count + 1)
            let values = told.prefix(count).compactMap { $0.values[name] }
            try #require(values.count == count || values.count == count - 1)
            if values.count == count {
                let mean = values.reduce(0, +) / Double(count)
                #expect(abs((places[index]["activity"] as? Double ?? -1) - mean) < 1e-6)
                let duty = Double(values.filter { $0 > 0.05 }.count) / Double(count)
                #expect(abs((places[index]["duty"] as? Double ?? -1) - duty) < 1e-9)
            }
            // The exporter was away for about four scrapes, and its absence counts as neither idle nor active.
            #expect((2...6).contains(places[index]["missing_scrapes"] as? Int ?? 0))
        }
        let sliced = try #require((found["sliced_gpus"] as? [[String: Any]])?.first)
        let weighted = (places[1]["activity"] as? Double ?? 0) * 2 / 7 + (places[2]["activity"] as? Double ?? 0) / 7
        #expect(abs((sliced["activity"] as? Double ?? -1) - weighted) < 1e-9)
        let teams = try #require(found["teams"] as? [[String: Any]])
        #expect(teams.map { $0["name"] as? String } == ["research"])
        let held = told.prefix(places[0]["scrapes"] as? Int ?? 0).filter { $0.values["held"] == 1 }
        #expect(abs((teams[0]["scrapes"] as? Int ?? 0) - held.count) <= 1)
        let table = try folder.read("telemetry.csv").split(separator: "\n")
        #expect(table.count == 4 && table[0].hasPrefix("host,gpu,uuid,"))
    }

    @Test("The first exporter's names are read too, by a query of the user's at steps")
    func oldNames() async throws {
        let server = try PrometheusServer()
        let folder = try TemporaryFolder()
        try await server.waitForScrapes(9, of: "old")
        let found = try AssayBinary.json(
            [
                "import", "--prometheus", server.url, "--query", "dcgm_gpu_utilization", "--start", "-1m", "--step",
                "1s", "--json",
            ],
            in: folder.path
        )
        #expect(found["metric"] as? String == "dcgm_gpu_utilization")
        let activity = try #require(found["activity"] as? Double)
        #expect((0.3...0.5).contains(activity), "80, 0 and 40 per cent in turn are 40 on average")
        let bad = try AssayBinary.run(
            ["import", "--prometheus", server.url, "--query", "sum(", "--step", "1s", "-o", "x.csv"],
            in: folder.path
        )
        #expect(
            bad.status == 2 && bad.errors.contains("Prometheus refused the query") && bad.errors.contains("parse error")
        )
        let nothing = try AssayBinary.run(
            ["import", "--prometheus", server.url, "--query", "no_such_metric", "-o", "x.csv"],
            in: folder.path
        )
        #expect(nothing.status == 2 && nothing.errors.contains("knows no sample"))
    }

    @Test("Pods of kube-state-metrics become a trace that simulate replays")
    func trace() async throws {
        let server = try PrometheusServer()
        let folder = try TemporaryFolder()
        try await server.waitForScrapes(12, of: "pods")
        let found = try AssayBinary.json(
            [
                "import", "--prometheus", server.url, "--trace", "--start", "-3h", "--step", "1s", "--names", "--json",
                "-o", "trace.csv",
            ],
            in: folder.path
        )
        #expect(found["jobs"] as? Int == 3 && found["censored"] as? Int == 1)
        let lines = try folder.read("trace.csv").split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        let done = try #require(lines.first { $0[0] == "research/done" })
        let header = lines[0]
        func cell(_ line: [Substring], _ name: Substring) -> Substring {
            header.firstIndex(of: name).map { line[$0] } ?? ""
        }
        #expect(cell(done, "duration_s") == "3600" && cell(done, "gpus") == "4" && cell(done, "censored") == "0")
        let runs = try #require(lines.first { $0[0] == "research/runs" })
        #expect(cell(runs, "profile") == "1g.10gb" && cell(runs, "censored") == "1")
        let replay = try AssayBinary.json(["simulate", "trace.csv", "--gpus", "8", "--json"], in: folder.path)
        #expect(replay["import"] != nil)
    }

    @Test("Through TLS of its own authority and a password, which stand nowhere")
    func door() async throws {
        let folder = try TemporaryFolder()
        let made = try AssayBinary.run(
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "ca.pem", "-days", "2",
                "-subj",
                "/CN=assay test", "-addext", "subjectAltName=IP:127.0.0.1",
            ],
            in: folder.path,
            program: "/usr/bin/openssl"
        )
        try #require(made.status == 0)
        // The hash of 's3cret pass:word'.
        let web = """
            tls_server_config: {cert_file: ca.pem, key_file: key.pem}
            basic_auth_users: {assay: "$2b$04$abcdefghijklmnopqrstuus4QrAiYzHZbBJgdJrKg0ATgQV/22xpu"}
            """
        let server = try PrometheusServer(
            web: web,
            files: ["ca.pem": try folder.read("ca.pem"), "key.pem": try folder.read("key.pem")]
        )
        try await server.waitForScrapes(5, of: "dcgm")
        try folder.write("password", "assay:s3cret pass:word\n")
        try folder.write("wrong", "assay:other\n")
        let base = ["import", "--prometheus", server.url, "--start", "-1m"]
        func run(_ more: [String], _ environment: [String: String] = [:]) throws -> AssayBinary.Outcome {
            try AssayBinary.run(base + more, in: folder.path, environment: environment)
        }
        let good = try run(["--ca", "ca.pem", "--basic-auth-file", "password", "-o", "a.csv"])
        #expect(good.status == 0, "\(good.errors)")
        let byVariable = try run(
            ["--ca", "ca.pem", "-o", "b.json"],
            ["ASSAY_PROMETHEUS_BASIC": "assay:s3cret pass:word"]
        )
        #expect(byVariable.status == 0, "\(byVariable.errors)")
        for name in ["a.csv", "b.json"] { #expect(!(try folder.read(name)).contains("s3cret")) }
        #expect(!good.output.contains("s3cret") && !byVariable.output.contains("s3cret"))
        let untrusted = try run(["--basic-auth-file", "password", "-o", "c.csv"])
        #expect(untrusted.status == 3 && untrusted.errors.contains("TLS failed"), "\(untrusted.errors)")
        let unknown = try run(["--ca", "ca.pem", "-o", "c.csv"])
        #expect(unknown.status == 3 && unknown.errors.contains("wants to know who asks"), "\(unknown.errors)")
        let wrong = try run(["--ca", "ca.pem", "--basic-auth-file", "wrong", "-o", "c.csv"])
        #expect(wrong.status == 3 && wrong.errors.contains("refused the token or password"), "\(wrong.errors)")
        #expect(!folder.names.contains("c.csv"))
    }

    @Test("What is no Prometheus, or is not there, is said in one sentence")
    func elsewhere() async throws {
        let server = try PrometheusServer()
        let folder = try TemporaryFolder()
        try await server.waitForScrapes(1, of: "dcgm")
        let exporter = try AssayBinary.run(
            ["import", "--prometheus", "http://127.0.0.1:\(server.exporterPort)", "-o", "x.csv"],
            in: folder.path
        )
        #expect(exporter.status == 2 && exporter.errors.contains("is no Prometheus (HTTP 404"), "\(exporter.errors)")
        let nobody = try AssayBinary.run(
            ["import", "--prometheus", "http://127.0.0.1:\(try PrometheusServer.freePort())", "-o", "x.csv"],
            in: folder.path
        )
        #expect(nobody.status == 3 && nobody.errors.contains("no connection"), "\(nobody.errors)")
        let argument = try AssayBinary.run(
            ["import", "--prometheus", "http://me:secret@127.0.0.1:9", "-o", "x.csv"],
            in: folder.path
        )
        #expect(argument.status == 2 && !argument.errors.contains("secret"), "\(argument.errors)")
    }
}
