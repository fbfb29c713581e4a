import Documents
import Testing

private enum Class: String, CaseIterable {
    case training, inference
    case fineTuning = "fine-tuning"
}

/// Decoding says where, what was found, what was expected and what to do.
@Suite struct ReaderTests {
    static func reader(_ text: String) throws -> Reader {
        Reader(try JSONDocument.parse(text: text, file: "study.json"), file: "study.json")
    }

    static func message(_ text: String, _ body: (Reader) throws -> Void) throws -> String? {
        let reader = try reader(text)
        return #expect(throws: DocumentError.self) { try body(reader) }?.description
    }

    @Test("what is right is read")
    func reads() throws {
        let text = """
            {"name": "a", "count": 3, "big": 9007199254740991, "rate": -2.5, "on": true, "class": "fine-tuning", "list": [1, 2.5]}
            """
        let object = try Self.reader(text).object(["name", "count", "big", "rate", "on", "class", "list", "absent"])
        #expect(try object.require("name").nonEmptyString() == "a")
        #expect(try object.require("count").int(in: 1...3) == 3)
        #expect(try object.require("big").int() == 9_007_199_254_740_991)
        #expect(try object.require("rate").double(in: -3...0, unit: "USD") == -2.5)
        #expect(try object.require("on").bool())
        #expect(try object.require("class").choice("workload class") as Class == .fineTuning)
        #expect(try object.require("list").doubles(in: 0...3) == [1, 2.5])
        #expect(try object.require("list").array(maximum: 2).map { $0.path } == ["list[0]", "list[1]"])
        #expect(object["absent"] == nil && !object.has("absent") && object.has("on"))
        #expect(object.members.map(\.key) == ["name", "count", "big", "rate", "on", "class", "list"])
        #expect(object.members.last?.reader.path == "list")
    }

    @Test("a misspelt choice names the nearest, a foreign one lists all")
    func choices() throws {
        let near = try Self.message("{\"workloads\": [0,\n{\"class\": \"trainning\"}]}") {
            let workloads = try $0.object(["workloads"]).require("workloads").array()
            _ = try workloads[1].object(["class"]).require("class").choice("workload class") as Class
        }
        #expect(
            near == "study.json:2: workloads[1].class: 'trainning' is not a workload class; did you mean 'training'?"
        )
        let far = try Self.message("\"batch\"") { _ = try $0.choice("inference class") as Class }
        #expect(
            far == "study.json:1: 'batch' is not an inference class; expected 'training', 'inference' or 'fine-tuning'"
        )
        let kind = try Self.message("[1]") { _ = try $0.choice("workload class") as Class }
        #expect(
            kind
                == "study.json:1: a list of 1 value is not a workload class; expected 'training', 'inference' or 'fine-tuning'"
        )
    }

    @Test("an unknown key stands at its own line, a missing one at its mapping's")
    func keys() throws {
        let near = try Self.message("{\"a\": {\n\"modle\": 1}}") {
            _ = try $0.object(["a"]).require("a").object(["model", "count"])
        }
        #expect(near == "study.json:2: a: 'modle' is not a key here; did you mean 'model'?")
        let far = try Self.message("{\"zebra\": 1}") { _ = try $0.object(["model", "count"]) }
        #expect(far == "study.json:1: 'zebra' is not a key here; known keys are 'model' or 'count'")
        let missing = try Self.message("{\"a\":\n{}}") {
            _ = try $0.object(["a"]).require("a").object(["b"]).require("b", expected: "a GPU model")
        }
        #expect(missing == "study.json:2: a.b: is missing; expected a GPU model")
        let bare = try Self.message("{}") { _ = try $0.object(["b"]).require("b") }
        #expect(bare == "study.json:1: b: is missing; add this key")
    }

    @Test(
        "a number out of range names its bounds and unit",
        arguments: [
            ("-3", 0.0, 100.0, "-3 USD is out of range; expected 0 to 100 USD"),
            ("-3", 0.0, .infinity, "-3 USD is too small; expected 0 USD or more"),
            ("1e300", -.infinity, 1.5, "1e300 USD is too large; expected 1.5 USD or less"),
            ("\"3 USD\"", 0.0, 1.0, "'3 USD' is not a number (the unit is USD; write the number alone)"),
            ("null", 0.0, 1.0, "nothing (null) is not a number (the unit is USD; write the number alone)"),
        ]
    )
    func doubles(_ text: String, _ low: Double, _ high: Double, _ problem: String) throws {
        let one = try Self.message(text) { _ = try $0.double(in: low...high, unit: "USD") }
        #expect(one == "study.json:1: \(problem)")
        let column = try Self.message("[\(low.isFinite ? low : high),\n\(text)]") {
            _ = try $0.doubles(in: low...high, unit: "USD")
        }
        #expect(column == "study.json:2: [1]: \(problem)")
    }

    @Test(
        "a whole number is exact or refused",
        arguments: [
            ("1.5", "1.5 is not a whole number"), ("1e300", "1e300 is not a whole number"),
            ("9007199254740992", "9007199254740992 is too large; whole numbers go to 9007199254740991"),
            ("-9007199254740993", "-9007199254740992 is too large; whole numbers go to 9007199254740991"),
            ("0", "0 is out of range; expected 1 to 8"), ("9", "9 is out of range; expected 1 to 8"),
            ("true", "true is not a whole number"), ("{}", "an empty mapping is not a whole number"),
        ]
    )
    func ints(_ text: String, _ problem: String) throws {
        #expect(try Self.message(text) { _ = try $0.int(in: 1...8) } == "study.json:1: \(problem)")
        #expect(try Self.message("[\(text)]") { _ = try $0.ints(in: 1...8) } == "study.json:1: [0]: \(problem)")
    }

    @Test("each kind refuses the others")
    func kinds() throws {
        for text in ["null", "true", "1", "\"a\"", "[1, 2]", "{\"a\": 1}"] {
            let reader = try Self.reader(text)
            var read = 0
            func attempt(_ body: () throws -> Void) { if (try? body()) != nil { read += 1 } }
            attempt { _ = try reader.bool() }
            attempt { _ = try reader.double() }
            attempt { _ = try reader.string() }
            attempt { _ = try reader.array() }
            attempt { _ = try reader.mapping() }
            #expect(read == (text == "null" ? 0 : 1), "\(text)")
            let kinds = [reader.isNull, reader.isNumber, reader.isString, reader.isArray, reader.isObject]
            #expect(kinds.filter { $0 }.count == (text == "true" ? 0 : 1), "\(text)")
        }
        #expect(
            try Self.message("\"  \"") { _ = try $0.nonEmptyString() }
                == "study.json:1: is empty; write at least one character"
        )
        #expect(
            try Self.message("[1,2,3]") { _ = try $0.array(maximum: 2) }
                == "study.json:1: has 3 values; at most 2 are read"
        )
        #expect(
            try Self.message("[1,2,3]") { _ = try $0.doubles(maximum: 2) }
                == "study.json:1: has 3 values; at most 2 are read"
        )
        #expect(
            try Self.message("{\"a\":1}") { _ = try $0.mapping(maximum: 0) }
                == "study.json:1: has 1 key; at most 0 are read"
        )
    }

    @Test(
        "numbers that are not finite are refused, where another format can spell them",
        arguments: [.nan, .infinity, -.infinity] as [Double]
    )
    func notFinite(_ number: Double) throws {
        let reader = Reader(
            Value(.sequence([Value(.number(number), line: 2, column: 1)]), line: 1, column: 1),
            file: "s.yaml"
        )
        let expected = "s.yaml:2: [0]: \(NumberText.plain(number)) is not finite; write a finite number"
        #expect(#expect(throws: DocumentError.self) { try reader.array()[0].double() }?.description == expected)
        #expect(#expect(throws: DocumentError.self) { try reader.doubles() }?.description == expected)
        #expect(throws: DocumentError.self) { try reader.ints() }
    }

    @Test("odd keys and control characters cannot disturb a message")
    func hostileText() throws {
        let message = try Self.message("{\"a b\": {\"\\u001b[2J\": \"\\u202e\\n\"}}") {
            for (_, outer) in try $0.mapping().members {
                for (_, inner) in try outer.mapping().members { _ = try inner.double() }
            }
        }
        #expect(message == #"study.json:1: "a b"."\u{1b}[2J": '\u{202e}\u{a}' is not a number"#)
        let long = try Self.message("\"\(String(repeating: "x", count: 1_000))\"") { _ = try $0.double() }
        #expect(long?.count ?? 0 < 120)
        let key = try Self.message("{\"\(String(repeating: "x", count: 1_000))\": 1}") { _ = try $0.object(["a"]) }
        #expect(key?.count ?? 0 < 140)
    }

    @Test("an error without line or path leaves them out, and a diagnostic names its severity")
    func descriptions() {
        #expect(DocumentError(file: "a.json", problem: "is empty").description == "a.json: is empty")
        #expect(DocumentError(file: "a.json", path: "x", problem: "is empty").description == "a.json: x: is empty")
        #expect(DocumentError(file: "a.json", line: 4, problem: "is empty").description == "a.json:4: is empty")
        #expect(Diagnostic(.warning, "no value", file: "a.csv", line: 7).description == "a.csv:7: warning: no value")
        #expect(Diagnostic(.note, "no control").description == "note: no control")
    }
}
