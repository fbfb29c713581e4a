import Testing

@testable import Documents

@Suite("Numbers that a pattern takes from a line")
struct NumberPatternTests {
    @Test(
        "A pattern has one capture",
        arguments: ["step", "(a)(b)", "(", "[", "a{2,1}", "(?<x>a)(?<y>b)", "", "(?:a)"]
    )
    func badPattern(text: String) {
        #expect(throws: NumberPatternError.self) { try NumberPattern(text) }
    }

    static let lines: [(pattern: String, line: String, found: NumberPattern.Finding)] = [
        ("step_time=([0-9.]+)", "iter 3 step_time=0.25 s", .number("0.25")),
        ("step_time=([0-9.]+)", "iter 3", .none),
        ("(?:a|b)=(\\d+)", "b=7 a=8", .number("7")),
        ("time: (.*)", "time: nan", .number("nan")),
        ("^t (-?[0-9]+)$", "t -4", .number("-4")),
        ("(?<ms>[0-9]+) ms", "took 12 ms", .number("12")),
        ("step_time=([0-9.]+)", "step_time=nan", .passedOver),
        ("step_time=([0-9.]+)", "step_time=-0.5", .passedOver),
        ("step ([0-9.]+) s", "step 12 ms", .passedOver),
        ("^t_s=([0-9.]+)", "start_t_s=5", .none),
        ("a|t_s=([0-9.]+)", "t_s=x", .none),
    ]

    @Test("A pattern finds its first match in a line", arguments: lines)
    func capture(pattern: String, line: String, found: NumberPattern.Finding) throws {
        #expect(try NumberPattern(pattern).find(in: line) == found)
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

    @Test("A number that is only a part of a longer one is said to be one", arguments: parts)
    func part(pattern: String, line: String, whole: String?) throws {
        let found = try NumberPattern(pattern).find(in: line)
        switch found {
        case .part(_, let token): #expect(token == whole)
        case .number: #expect(whole == nil, "\(pattern) on \(line): \(found)")
        default:
            // The pattern does not match at all where the sign is in its way.
            #expect(Bool(false), "\(pattern) on \(line): \(found)")
        }
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
}
