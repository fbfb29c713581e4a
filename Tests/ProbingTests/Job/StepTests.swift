import Documents
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

    @Test("A number that is only a part of a longer one is not taken for a step, and its line is named")
    func part() throws {
        for (line, whole) in [("step_time=1.05e-02", "1.05e-02"), ("step_time=1,250.5", "1,250.5")] {
            var collector = StepCollector(pattern: try NumberPattern("step_time=([0-9.]+)"), unit: .seconds)
            collector.add(line: line, number: 3)
            #expect(collector.steps.isEmpty)
            let fault = try #require(collector.fault)
            #expect(fault.hasPrefix("line 3 of its output: the pattern took '"))
            #expect(fault.contains("' out of '\(whole)'; let it capture the whole number, such as ([^ ,]+)"))
        }
    }

    @Test("Lines with the pattern's words and without its number are counted")
    func passedOver() throws {
        var collector = StepCollector(pattern: try NumberPattern("step_time=([0-9.]+)"), unit: .seconds)
        for (place, text) in ["1", "nan", "2", "-3", "inf"].enumerated() {
            collector.add(line: "step_time=\(text)", number: place + 1)
        }
        #expect(collector.steps == [1, 2])
        #expect(collector.findings.passedOver == .init(count: 3, first: 2))
    }

    @Test("A step at the place where a long line was cut is refused")
    func cut() throws {
        let pattern = try NumberPattern("t=([0-9.]+)")
        var collector = StepCollector(pattern: pattern, unit: .seconds)
        collector.add(line: "t=1 and more", number: 1, isCut: true)
        #expect(collector.fault == nil)
        collector.add(line: "more t=1.2", number: 2, isCut: true)
        #expect(collector.fault?.contains("is cut there") == true)
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
        var collector = StepCollector(pattern: try NumberPattern("t=(.*)"), unit: .seconds)
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
        var collector = StepCollector(pattern: try NumberPattern("t=(.*)"), unit: unit)
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
        var keeper = OutputKeeper(pattern: try NumberPattern("step_time=(.*)"))
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
