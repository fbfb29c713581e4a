import Testing

@testable import Probing

@Suite("Reading steps")
struct StepTests {
    @Test("Lines come out whole wherever the output is cut")
    func splitting() {
        let text = Array("one\ntwo\r\nthree\r 50%\r100%\nlast".utf8)
        let expected = ["one", "two", "three", " 50%", "100%", "last"]
        for size in 1...text.count {
            var splitter = LineSplitter()
            var lines: [String] = []
            for start in stride(from: 0, to: text.count, by: size) {
                splitter.add(text[start..<min(start + size, text.count)]) { lines.append($0) }
            }
            splitter.flush { lines.append($0) }
            #expect(lines == expected, "pieces of \(size)")
        }
    }

    @Test("A line without end needs no more memory than its bound")
    func longLine() {
        var splitter = LineSplitter()
        var lines: [String] = []
        for _ in 0..<100 { splitter.add(repeatElement(0x61, count: 10_000)) { lines.append($0) } }
        splitter.flush { lines.append($0) }
        #expect(lines.map(\.utf8.count) == [StepLimits.longestLine])
    }

    @Test(
        "A pattern has one capture",
        arguments: ["step", "(a)(b)", "(", "[", "a{2,1}", "(?<x>a)(?<y>b)", "", "(?:a)"]
    )
    func badPattern(text: String) {
        #expect(throws: StepPatternError.self) { try StepPattern(text) }
    }

    static let lines: [(pattern: String, line: String, capture: String?)] = [
        ("step_time=([0-9.]+)", "iter 3 step_time=0.25 s", "0.25"),
        ("step_time=([0-9.]+)", "iter 3", nil),
        ("(?:a|b)=(\\d+)", "b=7 a=8", "7"),
        ("time: (.*)", "time: nan", "nan"),
        ("^t (-?[0-9]+)$", "t -4", "-4"),
        ("(?<ms>[0-9]+) ms", "took 12 ms", "12"),
    ]

    @Test("A pattern finds its first match in a line", arguments: lines)
    func capture(pattern: String, line: String, capture: String?) throws {
        #expect(try StepPattern(pattern).capture(line) == capture)
    }

    static let nonsense = ["nan", "inf", "-1", "0", "1e999", "0x1p3", "", "1,5", "1.2.3", "1e-200", "٣", "12ms"]

    @Test("What is no number above 0 is no step, and says where", arguments: nonsense)
    func garbage(text: String) throws {
        var collector = StepCollector(pattern: try StepPattern("t=(.*)"), unit: .seconds)
        collector.add(line: "t=1")
        collector.add(line: "t=\(text)")
        collector.add(line: "t=2")
        let fault = try #require(collector.fault)
        #expect(fault.hasPrefix("line 2 of its output"))
        #expect(collector.steps == [1])
    }

    @Test("Units become seconds, rates stay", arguments: [("ms", 2e-3), ("us", 2e-6), ("min", 120), ("tokens/s", 2)])
    func units(name: String, value: Double) throws {
        let unit = try #require(StepUnit(name))
        var collector = StepCollector(pattern: try StepPattern("t=(.*)"), unit: unit)
        collector.add(line: "t=2")
        #expect(collector.steps == [value])
        #expect(unit.recorded == (name.hasSuffix("/s") ? name : "s"))
    }

    @Test("What is no unit is none", arguments: ["", "/s", "parsec", "a b/s", "S", "tok\n/s"])
    func noUnit(name: String) { #expect(StepUnit(name) == nil) }

    @Test("A step file is one number a line; the last line need not end")
    func file() {
        var collector = StepCollector(pattern: nil, unit: .seconds)
        collector.add(file: "1\n2.5\r\n\n 3e-1 \n4")
        #expect(collector.fault == nil)
        #expect(collector.steps == [1, 2.5, 0.3, 4])
        var bad = StepCollector(pattern: nil, unit: .seconds)
        bad.add(file: "1\nx\n")
        #expect(bad.fault?.hasPrefix("line 2 of the step file") == true)
    }

    @Test("Only the last lines are kept, cut")
    func lastLines() {
        var collector = StepCollector(pattern: nil, unit: .seconds)
        for number in 1...100 { collector.add(line: "\(number) " + String(repeating: "x", count: 5_000)) }
        #expect(collector.lastLines.count == StepLimits.keptLines)
        #expect(collector.lastLines.first?.hasPrefix("81 ") == true)
        #expect(collector.lastLines.allSatisfy { $0.utf8.count <= StepLimits.keptBytes })
    }
}
