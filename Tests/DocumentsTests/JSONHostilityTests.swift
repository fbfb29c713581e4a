import Documents
import Testing

/// Files that are cut, damaged or built to hurt are refused and never trap.
@Suite struct JSONHostilityTests {
    static let sample = """
        {"name": "gpu-01 \\u00e9 \\uD83D\\uDE00 é", "runs": [{"id": 1, "ok": true, "values": [1.25, -3e-7, 12345678901234567]},
        {"id": 2, "ok": false, "note": null, "values": []}], "empty": {}, "text": "\\"quoted\\" \\\\ \\/ \\n"}
        """

    @Test("the sample is a JSON text")
    func whole() throws {
        _ = try JSONDocument.parse(text: Self.sample, file: "t.json")
    }

    @Test("a text cut at any byte is refused and told to be cut, or to be no UTF-8")
    func truncated() {
        let bytes = Array(Self.sample.utf8)
        let lines = Self.sample.split(separator: "\n").count
        for end in 0..<bytes.count {
            let error = #expect(throws: DocumentError.self) {
                try JSONDocument.parse(Array(bytes[..<end]), file: "t.json")
            }
            guard let error else { continue }
            let line = bytes[..<end].filter { $0 == 0x0A }.count + 1
            #expect(error.line == line && line <= lines, "cut at \(end)")
            let plain = error.problem.contains("the file ends here") || error.problem.contains("the file is empty")
            #expect(plain, "cut at \(end): \(error)")
        }
    }

    @Test("damaged texts are read or refused, and never trap", arguments: [11, 12, 13] as [UInt64])
    func damaged(_ seed: UInt64) {
        var generator = SplitMix(state: seed)
        let bytes = Array(Self.sample.utf8)
        let spice: [UInt8] = Array("{}[]\",:\\u0eE+-.tfn\n".utf8) + [0, 0x1F, 0x80, 0xC3, 0xED, 0xFF]
        var refused = 0
        for _ in 0..<3_000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<damaged.count, using: &generator)
                switch Int.random(in: 0...2, using: &generator) {
                case 0: damaged[index] = spice.randomElement(using: &generator) ?? 0
                case 1: damaged.remove(at: index)
                default: damaged.insert(spice.randomElement(using: &generator) ?? 0, at: index)
                }
            }
            do {
                let value = try JSONDocument.parse(damaged, file: "t.json")
                // What was read is sound: it can be written and read again.
                if let json = JSON(value) { #expect(throws: Never.self) { try json.canonical() } }
            } catch {
                refused += 1
            }
        }
        #expect(refused > 1_000)
    }

    @Test("nesting is bounded: 64 levels are read, 65 refused, a million do not overflow the stack")
    func depth() throws {
        func nested(_ levels: Int, open: String = "[", close: String = "]") -> String {
            String(repeating: open, count: levels) + String(repeating: close, count: levels)
        }
        _ = try JSONDocument.parse(text: nested(64), file: "t.json")
        for text in [
            nested(65), nested(1_000_000), String(repeating: "[", count: 1_000_000),
            String(repeating: "{\"a\":", count: 1_000_000),
        ] {
            let error = #expect(throws: DocumentError.self) { try JSONDocument.parse(text: text, file: "t.json") }
            #expect(error?.problem == "lists and objects are nested deeper than 64 levels; flatten the file")
        }
        // Depth is of nesting, not of the number of lists.
        _ = try JSONDocument.parse(text: "[" + String(repeating: "[],", count: 1_000) + "[]]", file: "t.json")
    }

    @Test("a caller cannot lift the depth limit beyond what the stack bears")
    func depthCap() {
        let limits = JSONDocument.Limits(depth: .max)
        let text = String(repeating: "[", count: 100_000)
        #expect(throws: DocumentError.self) { try JSONDocument.parse(text: text, file: "t.json", limits: limits) }
    }

    @Test("size and number of values are bounded")
    func size() {
        let bytes = #expect(throws: DocumentError.self) {
            try JSONDocument.parse(text: "[1, 2]", file: "t.json", limits: .init(bytes: 5))
        }
        #expect(bytes?.description == "t.json: has 6 bytes; at most 5 are read, so split the file")
        let values = #expect(throws: DocumentError.self) {
            try JSONDocument.parse(text: "[1,\n2, 3]", file: "t.json", limits: .init(values: 3))
        }
        #expect(values?.description == "t.json:2: the file holds more than 3 values; summarise or split it")
    }

    @Test("duplicate keys are found in large objects, however they are escaped")
    func duplicates() throws {
        let members = (0..<50).map { "\"k\($0)\": \($0)" }
        _ = try JSONDocument.parse(text: "{\(members.joined(separator: ",\n"))}", file: "t.json")
        let text = "{\((members + ["\"\\u006b7\": 0"]).joined(separator: ",\n"))}"
        let error = #expect(throws: DocumentError.self) { try JSONDocument.parse(text: text, file: "t.json") }
        #expect(error?.description == "t.json:51: the key 'k7' stands twice in one object; remove one of them")
    }
}
