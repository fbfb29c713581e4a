import Foundation
import Testing

/// What `inspect --capture` may and may not write over.
@Suite struct InspectFileTests {
    @Test("a capture replaces a file only with --force, and a link never", arguments: [false, true])
    func replace(force: Bool) throws {
        let folder = try TemporaryFolder()
        try folder.write("there.tar", "kept")
        let link = folder.path + "/link.tar"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "there.tar")
        let more = force ? ["--force"] : []
        let linked = try AssayBinary.run(["inspect", "--capture", "link.tar"] + more, in: folder.path)
        #expect(linked.status == 2, "\(linked.errors)")
        #expect(linked.errors.contains("link.tar"), "\(linked.errors)")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "there.tar")
        #expect(try String(contentsOfFile: folder.path + "/there.tar", encoding: .utf8) == "kept")
        let outcome = try AssayBinary.run(["inspect", "--capture", "there.tar"] + more, in: folder.path)
        #expect(outcome.status == (force ? 0 : 2), "\(outcome.errors)")
        if force {
            let own = ["inspect", "--from", "there.tar", "--capture", "there.tar", "--force"]
            let outcome = try AssayBinary.run(own, in: folder.path)
            #expect(outcome.status == 2 && outcome.errors.contains("--from"), "\(outcome.errors)")
        } else {
            #expect(outcome.errors.contains("--force"), "\(outcome.errors)")
            #expect(try String(contentsOfFile: folder.path + "/there.tar", encoding: .utf8) == "kept")
        }
    }

    @Test("a capture longer than any is refused by its length, unread")
    func hole() throws {
        let folder = try TemporaryFolder()
        try folder.write("hole.tar", "")
        #expect(truncate(folder.path + "/hole.tar", 100 << 30) == 0)
        let began = Date()
        let outcome = try AssayBinary.run(["inspect", "--from", "hole.tar"], in: folder.path)
        #expect(outcome.status == 2 && outcome.errors.contains("is larger than 64 MiB"), "\(outcome.errors)")
        #expect(Date().timeIntervalSince(began) < 10)
    }

    @Test("the GPU cannot be both measured and left out")
    func contradiction() throws {
        let folder = try TemporaryFolder()
        let outcome = try AssayBinary.run(["measure", "-o", "a.record.json", "--gpu", "--no-gpu"], in: folder.path)
        #expect(outcome.status == 64 && outcome.errors.contains("--no-gpu"), "\(outcome.errors)")
        #expect(folder.names.isEmpty)
    }
}
