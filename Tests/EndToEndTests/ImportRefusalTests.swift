import Foundation
import Testing

/// What `assay import` refuses, as a user meets it: nothing is replaced that was measured.
@Suite struct ImportRefusalTests {
    private static let log = "step,seconds\n1,0.5\n2,0.6\n3,0.55\n"

    @Test("A file that is read is never replaced by its record, by no name and with no flag")
    func overwrites() throws {
        let folder = try TemporaryFolder()
        try folder.write("run.csv", Self.log)
        try folder.write("other/keep", "")
        try FileManager.default.linkItem(atPath: folder.path + "/run.csv", toPath: folder.path + "/hard.csv")
        for target in ["run.csv", "./run.csv", "other/../run.csv", "hard.csv"] {
            let outcome = try AssayBinary.run(["import", "run.csv", "-o", target, "--force"], in: folder.path)
            #expect(outcome.status == 2, "\(target): \(outcome.output)")
            #expect(outcome.errors.contains("which is to be read; name another file with -o"), "\(outcome.errors)")
            #expect(try folder.read("run.csv") == Self.log)
        }
        // The same of what becomes telemetry.
        let scrape = "DCGM_FI_PROF_GR_ENGINE_ACTIVE{gpu=\"0\",UUID=\"GPU-a\"} 0.5 1700000000000\n"
        try folder.write("scrape.txt", scrape)
        let outcome = try AssayBinary.run(
            ["import", "scrape.txt", "--as", "prometheus-text", "-o", "scrape.txt", "--force"],
            in: folder.path
        )
        #expect(outcome.status == 2 && outcome.errors.contains("which is to be read"), "\(outcome.errors)")
        #expect(try folder.read("scrape.txt") == scrape)
    }

    @Test("A wrong --as says what the file looks like; a folder is called one")
    func wrongFormat() throws {
        let folder = try TemporaryFolder()
        let samples = AssayBinary.root + "/Tests/ImportingTests/Samples/"
        for (file, named, looks) in [
            ("fio/plus.json", "iperf3", "fio"), ("hyperfine/two-commands.json", "sockperf", "hyperfine"),
            ("rtla/osnoise-hist.txt", "stream", "rtla"), ("sockperf/full-log.csv", "step-log", "sockperf"),
        ] {
            let outcome = try AssayBinary.run(
                ["import", samples + file, "--as", named, "-o", "x.record.json"],
                in: folder.path
            )
            #expect(outcome.status == 2, "\(file) as \(named): \(outcome.output)")
            #expect(outcome.errors.contains("read as \(named), "), "\(outcome.errors)")
            #expect(outcome.errors.contains("looks like one of \(looks): leave out --as"), "\(outcome.errors)")
        }
        let outcome = try AssayBinary.run(["import", folder.path, "-o", "x.record.json"], in: folder.path)
        #expect(outcome.status == 2 && outcome.errors.contains("is a folder"), "\(outcome.errors)")
        #expect(folder.names.isEmpty)
    }
}
