import Documents
import Foundation
import Scheduling
import Testing

@Suite struct MIGListingTests {
    private static func example() throws -> String {
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        return try String(contentsOf: folder.appendingPathComponent("Examples/layouts/node1.txt"), encoding: .utf8)
    }

    private static func problem(_ text: String) -> String? {
        do throws(DocumentError) {
            _ = try MIGListing(text, file: "lgi.txt")
            return nil
        } catch {
            return error.description
        }
    }

    @Test("A listing that was cut is refused, unless it is cut behind a whole row, where nothing shows it")
    func truncation() throws {
        let text = try Self.example()
        let whole = try MIGListing(text, file: "lgi.txt")
        #expect(whole.entries.count == 7)
        for count in 0..<text.utf8.count {
            let cut = String(decoding: text.utf8.prefix(count), as: UTF8.self)
            guard let listing = try? MIGListing(cut, file: "lgi.txt") else { continue }
            let last = cut.split(separator: "\n").last ?? ""
            #expect(last.hasPrefix("+--") && last.hasSuffix("--+") && last.count == 54, "\(count)")
            let rows = cut.split(separator: "\n").count { $0.contains(" MIG ") }
            #expect(listing.entries == Array(whole.entries.prefix(rows)), "\(count)")
        }
    }

    @Test(
        "What is no whole table is refused with what is missing",
        arguments: [
            ("| GPU instances: |\n|   0  MIG 3g.40gb  9  1  0:4 |\n", "no line under its last row"),
            ("| GPU instances: |\n|   0  MIG 3g.40gb  9  1  0:4 |\n+--", "lgi.txt:3: the table has no line under"),
            ("| GPU instances: |\n|   0  MIG 3g.40gb  9  1  0:4", "lgi.txt:2: "),
            (
                "| GPU instances: |\n|   0  MIG 3g.40gb  9  1  0:4 |\n+--+\n|   1",
                "lgi.txt:4: '|   1' is not an instance"
            ),
            ("| GPU instances: |\n|   0  MIG 3g.40gb  9  1  0:4 |\n+--+\n|", "lgi.txt:4: '|' is not an instance"),
            ("| GPU instances: |\n| GPU  Name  Profile |\n", "No GPU instances found"),
            ("|   0  MIG 3g.40gb  9  1  0:4 |\n+--+\n", "outside of the table"),
            ("nothing", "has no table"), ("", "has no table"),
        ]
    )
    func refused(text: String, message: String) throws {
        #expect(try #require(Self.problem(text)).contains(message))
    }

    @Test("No instance, a second table, and lines of other systems are read")
    func accepted() throws {
        let text = try Self.example()
        for none in ["No GPU instances found: Not Found\n", "No MIG-enabled devices found.\n"] {
            #expect(try MIGListing(none, file: "lgi.txt").entries.isEmpty)
        }
        let whole = try MIGListing(text, file: "lgi.txt")
        let windows = text.split(separator: "\n").joined(separator: "\r\n")
        #expect(try MIGListing(windows, file: "lgi.txt") == whole)
        let compute = "+--+\n| Compute instances: |\n| GPU  GPU  Name |\n|   0   1   MIG 3g.40gb  2  0  0:3 |\n+--+\n"
        #expect(try MIGListing(text + compute, file: "lgi.txt") == whole)
        #expect(try MIGListing("$ nvidia-smi mig -lgi\n" + text + "\n$ exit\n", file: "lgi.txt") == whole)
    }
}
