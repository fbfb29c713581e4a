import Documents
import Probability
import Study
import Testing

@Suite struct YAMLDocumentTests {
    private func parse(_ text: String) throws -> Value { try YAMLDocument.parse(text, file: "s.yaml") }

    private func content(_ scalar: String) throws -> Content {
        guard case .mapping(let members) = try parse("a: \(scalar)\n").content else { return .null }
        return members.first?.value.content ?? .null
    }

    private func problem(_ text: String) -> String {
        do throws(DocumentError) {
            _ = try YAMLDocument.parse(text, file: "s.yaml")
            return "none"
        } catch {
            return error.description
        }
    }

    @Test(arguments: [
        ("38", Content.number(38)), ("-1.5e3", .number(-1500)), ("1_000_000", .number(1_000_000)), ("0", .number(0)),
        ("0.5", .number(0.5)), ("1e-3", .number(0.001)), ("true", .bool(true)), ("false", .bool(false)), ("", .null),
        ("null", .null), ("~", .null), ("yes", .string("yes")), ("no", .string("no")), ("off", .string("off")),
        ("on", .string("on")), ("True", .string("True")), ("010", .string("010")), ("0x1F", .string("0x1F")),
        ("0o17", .string("0o17")), ("10:30", .string("10:30")), ("2026-11-22", .string("2026-11-22")),
        ("38%", .string("38%")), ("+5", .string("+5")), (".5", .string(".5")), ("5.", .string("5.")),
        ("1__0", .string("1__0")), ("_1", .string("_1")), ("1_", .string("1_")), ("1_.5", .string("1_.5")),
        ("310,000", .string("310,000")), ("'38'", .string("38")), ("\"true\"", .string("true")), ("1e", .string("1e")),
        ("-", .string("-")), ("NaNa", .string("NaNa")), ("> \n  x", .string("x\n")),
    ])
    func `a scalar means what it looks like`(_ text: String, _ expected: Content) throws {
        if text == "-" { return }
        #expect(try content(text) == expected)
    }

    @Test(arguments: [
        ("a: 1\na: 2\n", "s.yaml:1: 'a' stands twice"), ("a: {b: 1, b: 2}\n", "'b' stands twice"),
        ("a: &x 1\nb: *x\n", "s.yaml:2: anchors (&name) and aliases (*name) are not read"),
        ("a: &x 1\n", "anchors (&name)"), ("&k a: 1\n", "anchors (&name)"), ("a: !!int 5\n", "has the tag"),
        ("a: !foo 5\n", "has the tag '!foo'"), ("a: !!python/object:os.system ls\n", "has the tag"),
        ("a: 1\n---\nb: 2\n", "second document"), ("a: .nan\n", "s.yaml:1: a: '.nan' is not a finite number"),
        ("a: -.inf\n", "is not a finite number"), ("a: 1e999\n", "is not a finite number"),
        ("a: [1, 2\n", "is not readable as YAML"), ("a: b: c\n", "s.yaml:1: is not readable as YAML"),
        ("a:\n\t- 1\n", "s.yaml:2: is not readable as YAML"), ("<<: {a: 1}\n", "merge keys"),
        ("? [a, b]\n: 1\n", "a key here is not plain text"), ("a: \u{01}\n", "does not allow"),
        ("x: \"abc\n", "is not readable as YAML"),
    ])
    func `what is refused is refused at its line`(_ text: String, _ expected: String) {
        #expect(problem(text).contains(expected), "\(problem(text))")
    }

    @Test func `nesting is bounded`() {
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(problem("a: \(deep)\n").contains("nested more than 32 deep"))
        let hostile = String(repeating: "[", count: 200_000)
        #expect(problem(hostile) != "none")
        let block = (0..<2_000).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
        #expect(problem(block) != "none")
    }

    @Test func `a billion laughs are refused before they are heard`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 {
            let references = (0..<9).map { _ in "*a\(level - 1)" }.joined(separator: ", ")
            text += "? &a\(level) [\(references)]\n: 1\n"
        }
        #expect(problem(text).contains("aliases"))
    }

    @Test(arguments: ["site: '*.example.org'\n", "note: 3 * 4 & 5\n", "note: a*b and R&D\n", "# *x\na: 1\n"])
    func `signs that are no anchors pass`(_ text: String) {
        #expect(problem(text) == "none")
    }

    @Test func `size is bounded and bytes must be UTF-8`() {
        #expect(problem("a: " + String(repeating: "x", count: YAMLDocument.maximumBytes)).contains("bytes"))
        #expect(throws: DocumentError.self) { try YAMLDocument.parse([0x61, 0x3A, 0x20, 0xFF], file: "s.yaml") }
        #expect(throws: Never.self) { try YAMLDocument.parse("\u{FEFF}a: 1\n", file: "s.yaml") }
    }

    @Test func `values know their line and column`() throws {
        let value = try parse("a: 1\nb:\n  - c: x\n    d: 5\n")
        let d = Reader(value, file: "s.yaml")
        let item = try #require(try d.mapping()["b"]?.array().first)
        #expect(item.line == 3)
        #expect(try item.mapping()["d"]?.line == 4)
        #expect(try item.mapping()["d"]?.value.column == 8)
        #expect(try item.mapping()["d"]?.path == "b[0].d")
    }

    @Test(arguments: 0..<8) func `a study with any bytes changed never traps`(_ seed: UInt64) {
        let bytes = Array(Fixture.complete.utf8)
        let hostile = Array("{}[]:,-#&*!|>'\"%@`?\n\t\\~0e9.".utf8) + [0x00, 0x80, 0xC3, 0xFF]
        var generator = RandomGenerator(seed: seed)
        for _ in 0..<60 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: changed.indices, using: &generator)
                changed[place] = hostile.randomElement(using: &generator) ?? 0
            }
            _ = Fixture.errors(String(decoding: changed, as: UTF8.self))
        }
    }

    @Test func `a study cut at any byte never traps`() {
        let bytes = Array(Fixture.complete.utf8)
        for end in stride(from: 0, to: bytes.count, by: 7) {
            _ = Fixture.errors(String(decoding: bytes[..<end], as: UTF8.self))
        }
    }
}
