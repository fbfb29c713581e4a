import Testing

@testable import Probing

@Suite("Reading steps")
struct StepTests {
    @Test("Lines come out whole wherever the output is cut")
    func splitting() {
        let text = Array("one\ntwo\r\n\nthree\r 50%\r100%\nlast".utf8)
        let expected = ["one", "two", "three", " 50%", "100%", "last"]
        for size in 1...text.count {
            var splitter = LineSplitter()
            var lines: [String] = []
            var numbers: [Int] = []
            let take = { (line: OutputLine) in
                lines.append(String(decoding: line.bytes, as: UTF8.self))
                numbers.append(line.number)
                #expect(!line.isCut)
            }
            for start in stride(from: 0, to: text.count, by: size) {
                let piece = Array(text[start..<min(start + size, text.count)])
                piece.withUnsafeBytes { splitter.add($0, take) }
            }
            splitter.flush(take)
            #expect(lines == expected, "pieces of \(size)")
            // What a progress bar writes over itself is one line, and an empty line is one too.
            #expect(numbers == [1, 2, 4, 4, 4, 5], "pieces of \(size)")
        }
    }

    @Test("A line without end needs no more memory than its bound")
    func longLine() {
        var splitter = LineSplitter()
        var lengths: [Int] = []
        var cuts: [Bool] = []
        let take = { (line: OutputLine) in
            lengths.append(line.bytes.count)
            cuts.append(line.isCut)
        }
        let piece = [UInt8](repeating: 0x61, count: 10_000)
        for _ in 0..<100 { piece.withUnsafeBytes { splitter.add($0, take) } }
        splitter.flush(take)
        Array("next\n".utf8).withUnsafeBytes { splitter.add($0, take) }
        #expect(lengths == [StepLimits.longestLine, 4])
        #expect(cuts == [true, false])
    }

    @Test(
        "A pattern has one capture",
        arguments: ["step", "(a)(b)", "(", "[", "a{2,1}", "(?<x>a)(?<y>b)", "", "(?:a)"]
    )
    func badPattern(text: String) {
        #expect(throws: StepPatternError.self) { try StepPattern(text) }
    }

    static let lines: [(pattern: String, line: String, found: StepPattern.Finding)] = [
        ("step_time=([0-9.]+)", "iter 3 step_time=0.25 s", .step("0.25")),
        ("step_time=([0-9.]+)", "iter 3", .none),
        ("(?:a|b)=(\\d+)", "b=7 a=8", .step("7")),
        ("time: (.*)", "time: nan", .step("nan")),
        ("^t (-?[0-9]+)$", "t -4", .step("-4")),
        ("(?<ms>[0-9]+) ms", "took 12 ms", .step("12")),
        ("step_time=([0-9.]+)", "step_time=nan", .passedOver),
        ("step_time=([0-9.]+)", "step_time=-0.5", .passedOver),
        ("step ([0-9.]+) s", "step 12 ms", .passedOver),
        ("^t_s=([0-9.]+)", "start_t_s=5", .none),
        ("a|t_s=([0-9.]+)", "t_s=x", .none),
    ]

    @Test("A pattern finds its first match in a line", arguments: lines)
    func capture(pattern: String, line: String, found: StepPattern.Finding) throws {
        #expect(try StepPattern(pattern).find(in: line) == found)
    }

    static let parts: [(pattern: String, line: String, whole: String?)] = [
        ("step_time=([0-9.]+)", "step_time=1.05e-02", "1.05e-02"),
        ("step_time=([0-9.]+)", "step_time=1.05E+2 s", "1.05E+2"),
        ("step_time=([0-9.]+)", "step_time=5e3", "5e3"),
        ("step_time=([0-9.]+)", "step_time=1,250.5", "1,250.5"),
        ("step_time=[0-9,]*?([0-9.]+) ms", "step_time=1,250.5 ms", "1,250.5"),
        ("step_time=([0-9.]+)", "step_time=0,0105 s", "0,0105"),
        ("step_time=([0-9]+)", "step_time=12.75 s", "12.75"),
        ("step_time=.*?([0-9]+) s", "step_time=.75 s", ".75"),
        ("step_time=.?([0-9.]+)", "step_time=-0.5", "-0.5"),
        ("step_time=([0-9])+", "step_time=123", "123"),
        ("t=([0-9]+)", "t=1_000", "1_000"),
        ("t=([0-9]+)", "t=1:05.3", "1:05.3"),
        ("t=([0-9]+)", "t=0x1F", "0x1F"),
        ("t=.*e(.*)", "t=1.05e-02", "1.05e-02"),
        ("([0-9.]+)$", "2026-11-29", "2026-11-29"),
        // Numbers that stand alone.
        ("step_time=([^ ,]+)", "step_time=1.05e-02, loss=3", nil),
        ("step_time=([^ ,]+)", "step_time=1.05e-02 loss=3", nil),
        ("took ([0-9.]+)", "took 5, then 7", nil),
        ("took ([0-9.]+)", "took 1.5.", nil),
        ("took ([0-9.]+)", "took 12ms", nil),
        ("took ([0-9.]+)", "took 12each", nil),
        ("step-([0-9]+)", "step-4 s", nil),
        ("t=[+]?([0-9]+)", "t=+5", nil),
        ("loading[.]*([0-9]+)", "loading...12 s", nil),
        ("\"t\": ([0-9.]+)", "{\"t\": 0.5,\"x\": 1}", nil),
        // The pattern says what parts them.
        ("^[^,]*,([0-9.]+),", "12,0.105,3.2", nil),
        ("[0-9]+:([0-9.]+)", "12:0.512", nil),
    ]

    @Test("A number that is only a part of a longer one is not taken for a step", arguments: parts)
    func part(pattern: String, line: String, whole: String?) throws {
        let found = try StepPattern(pattern).find(in: line)
        switch found {
        case .part(_, let token): #expect(token == whole)
        case .step: #expect(whole == nil, "\(pattern) on \(line): \(found)")
        default:
            // The pattern does not match at all where the sign is in its way.
            #expect(Bool(false), "\(pattern) on \(line): \(found)")
        }
        var collector = StepCollector(pattern: try StepPattern(pattern), unit: .seconds)
        collector.add(line: line, number: 3)
        guard let whole else { return }
        #expect(collector.steps.isEmpty)
        let fault = try #require(collector.fault)
        #expect(fault.hasPrefix("line 3 of its output: the pattern took '"))
        #expect(fault.contains("' out of '\(whole)'; let it capture the whole number, such as ([^ ,]+)"))
    }

    @Test("Lines with the pattern's words and without its number are counted")
    func passedOver() throws {
        var collector = StepCollector(pattern: try StepPattern("step_time=([0-9.]+)"), unit: .seconds)
        for (place, text) in ["1", "nan", "2", "-3", "inf"].enumerated() {
            collector.add(line: "step_time=\(text)", number: place + 1)
        }
        #expect(collector.steps == [1, 2])
        #expect(collector.findings.passedOver == .init(count: 3, first: 2))
    }

    @Test("A step at the place where a long line was cut is refused")
    func cut() throws {
        let pattern = try StepPattern("t=([0-9.]+)")
        var collector = StepCollector(pattern: pattern, unit: .seconds)
        collector.add(line: "t=1 and more", number: 1, isCut: true)
        #expect(collector.fault == nil)
        collector.add(line: "more t=1.2", number: 2, isCut: true)
        #expect(collector.fault?.contains("is cut there") == true)
    }

    static let texts: [(pattern: String, literal: String, lead: String?)] = [
        ("step_time=([0-9.]+)", "step_time=", "step_time="),
        ("took ([0-9.]+) seconds", "took ", "took "),
        ("([0-9.]+) seconds", " seconds", nil),
        ("=([0-9.]+)", "=", nil),
        ("^\\[[0-9]+\\] step: (\\S+)", "] step: ", "^\\[[0-9]+\\] step: "),
        ("steps? *=(.*)", "step", "steps? *="),
        ("sto+p=(.*)", "sto", "sto+p="),
        ("(?:ab|cd)x_y=(.*)", "x_y=", "(?:ab|cd)x_y="),
        ("x_y{\"t\":(.*)", "\"t\":", "x_y{\"t\":"),
        ("aab{2}c(.*)", "aa", "aab{2}c"),
        ("ab|cd=(.*)", "", nil),
        ("(?i)step=(.*)", "", nil),
        ("(?=ab)step=(.*)", "", nil),
        ("a\\x41bc(.*)", "", nil),
        ("[[:alpha:]]step(.*)", "", nil),
        ("(?<t>.*)", "", nil),
        ("stepK=(.*)", "step", "stepK="),
    ]

    @Test("What every match holds is read from the pattern, or nothing is", arguments: texts)
    func literals(pattern: String, literal: String, lead: String?) {
        let text = PatternText(pattern)
        #expect(String(decoding: text.literal, as: UTF8.self) == literal)
        #expect(text.lead == lead)
    }

    @Test("Colours and titles are no part of a line")
    func colours() {
        func shown(_ text: String) -> String {
            String(decoding: Array(text.utf8).withUnsafeBytes { TerminalText.stripped($0) }, as: UTF8.self)
        }
        #expect(shown("\u{1B}[1mstep\u{1B}[0m_time=\u{1B}[32;1m0.5\u{1B}[m s") == "step_time=0.5 s")
        #expect(shown("\u{1B}]0;title\u{07}t=1\u{1B}(B") == "t=1")
        #expect(shown("\u{1B}]8;;http://x\u{1B}\\t=1\u{1B}]8;;\u{1B}\\") == "t=1")
        for cut in ["\u{1B}", "\u{1B}[", "\u{1B}[1", "\u{1B}]0;ti", "\u{1B}("] { #expect(shown("t=1" + cut) == "t=1") }
    }

    @Test("Lines are kept in order, in memory and beyond it, and no more than allowed", arguments: [1, 100, 1 << 20])
    func spool(memoryBytes: Int) {
        func fill(_ spool: LineSpool) {
            for number in 1...500 {
                let bytes = Array("line \(number)".utf8)
                bytes.withUnsafeBytes { spool.append(OutputLine(bytes: $0, number: number, isCut: number == 7)) }
            }
        }
        let spool = LineSpool(memoryBytes: memoryBytes)
        fill(spool)
        var seen = 0
        spool.forEach { line in
            seen += 1
            #expect(String(decoding: line.bytes, as: UTF8.self) == "line \(seen)")
            #expect(line.number == seen && line.isCut == (seen == 7))
            return true
        }
        #expect(seen == 500 && spool.problem == nil)
        let small = LineSpool(memoryBytes: memoryBytes, mostBytes: 1_000)
        fill(small)
        #expect(small.problem?.contains("lines that may be steps") == true)
    }

    @Test("Steps that cannot be of the run are a wrong unit; several processes' steps are not")
    func sums() {
        #expect(StepSum.problem([10.5, 10.6], wall: 0.4)?.contains("check --step-unit") == true)
        let thousandth = [Double](repeating: 1.05, count: 1_000)
        #expect(
            StepSum.problem(thousandth, wall: 1.1) == "steps add up to 1050 s, the run took 1.10 s: check --step-unit"
        )
        #expect(StepSum.problem([0.5, 0.5], wall: 1) == nil)
        #expect(StepSum.problem([Double](repeating: 1, count: 64), wall: 1) == nil)
        #expect(StepSum.excess([Double](repeating: 1, count: 64), wall: 1) == 64)
        #expect(StepSum.excess([0.5, 0.52], wall: 1) == nil)
    }

    static let nonsense = ["nan", "inf", "-1", "0", "1e999", "0x1p3", "", "1,5", "1.2.3", "1e-200", "٣", "12ms"]

    @Test("What is no number above 0 is no step, and says where", arguments: nonsense)
    func garbage(text: String) throws {
        var collector = StepCollector(pattern: try StepPattern("t=(.*)"), unit: .seconds)
        collector.add(line: "t=1", number: 1)
        collector.add(line: "t=\(text)", number: 2)
        collector.add(line: "t=2", number: 3)
        let fault = try #require(collector.fault)
        #expect(fault.hasPrefix("line 2 of its output"))
        #expect(collector.steps == [1])
    }

    @Test("Units become seconds, rates stay", arguments: [("ms", 2e-3), ("us", 2e-6), ("min", 120), ("tokens/s", 2)])
    func units(name: String, value: Double) throws {
        let unit = try #require(StepUnit(name))
        var collector = StepCollector(pattern: try StepPattern("t=(.*)"), unit: unit)
        collector.add(line: "t=2", number: 1)
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
        var keeper = OutputKeeper(pattern: nil)
        for number in 1...100 {
            let bytes = Array(("\(number) " + String(repeating: "x", count: 5_000)).utf8)
            bytes.withUnsafeBytes { keeper.add(OutputLine(bytes: $0, number: number, isCut: false)) }
        }
        #expect(keeper.lastLines.count == StepLimits.keptLines)
        #expect(keeper.lastLines.first?.hasPrefix("81 ") == true)
        #expect(keeper.lastLines.last?.hasPrefix("100 ") == true)
        #expect(keeper.lastLines.allSatisfy { $0.utf8.count <= StepLimits.keptBytes })
        #expect(keeper.spool == nil)
    }

    @Test("Only lines that can match are kept, and none that does is lost")
    func kept() throws {
        let lines = [
            "step_time=1", "nothing", "st\u{1B}[1mep_time=2", "xx step_timestep_time=3", "step_time", "=step_time",
            "step_time=",
        ]
        var keeper = OutputKeeper(pattern: try StepPattern("step_time=(.*)"))
        for (place, line) in lines.enumerated() {
            Array(line.utf8).withUnsafeBytes { keeper.add(OutputLine(bytes: $0, number: place + 1, isCut: false)) }
        }
        var numbers: [Int] = []
        try #require(keeper.spool).forEach { line in
            numbers.append(line.number)
            return true
        }
        #expect(numbers == [1, 3, 4, 7])
    }
}
