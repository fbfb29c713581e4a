import Testing

@testable import Estate

@Suite("Host lists")
struct HostlistTests {
    @Test(
        "expand as Slurm does",
        arguments: [
            ("login1", ["login1"]), ("gpu[01-03]", ["gpu01", "gpu02", "gpu03"]),
            ("gpu[08-11]", ["gpu08", "gpu09", "gpu10", "gpu11"]), ("n[8-11]", ["n8", "n9", "n10", "n11"]),
            ("n[98-101]", ["n98", "n99", "n100", "n101"]), ("n[098-101]", ["n098", "n099", "n100", "n101"]),
            ("n[08-11]", ["n08", "n09", "n10", "n11"]), ("n[1-3,7]", ["n1", "n2", "n3", "n7"]),
            ("gpu[01-02],login1,n[1,3]", ["gpu01", "gpu02", "login1", "n1", "n3"]),
            ("r[1-2]n[01-02]", ["r1n01", "r1n02", "r2n01", "r2n02"]), ("gpu[1-2]-ib", ["gpu1-ib", "gpu2-ib"]),
            ("[1-2]", ["1", "2"]), (" a , b ", ["a", "b"]), ("n[0-1]", ["n0", "n1"]), ("n[007]", ["n007"]),
            ("a.example.org", ["a.example.org"]), ("n[99-100]", ["n99", "n100"]),
        ]
    )
    func expansion(text: String, names: [String]) throws {
        #expect(try Hostlist(parsing: text).names == names)
    }

    @Test(
        "say where they are wrong and what to do",
        arguments: [
            ("", "at character 1: the list is empty; write host names such as gpu[01-08]"),
            ("  ", "at character 3: the list is empty; write host names such as gpu[01-08]"),
            ("gpu[01-08", "at character 4: '[' is not closed; write a range as gpu[01-08]"),
            ("gpu[", "at character 4: '[' is not closed; write a range as gpu[01-08]"),
            ("gpu[01-", "at character 4: '[' is not closed; write a range as gpu[01-08]"),
            ("gpu[]", "at character 5: a number is missing before ']'; write numbers and ranges as in [01-08,12]"),
            ("gpu[1,]", "at character 7: a number is missing before ']'; write numbers and ranges as in [01-08,12]"),
            ("gpu[a]", "at character 5: a number is missing before 'a'; write numbers and ranges as in [01-08,12]"),
            ("gpu[1-2-3]", "at character 8: '-' is not allowed in brackets; write numbers and ranges as in [01-08,12]"),
            ("gpu[1[2]]", "at character 6: '[' is not allowed in brackets; write numbers and ranges as in [01-08,12]"),
            ("gpu]", "at character 4: ']' closes no bracket; remove it"),
            ("n[9-3]", "at character 3: the range 9-3 runs backwards; write 3-9"),
            ("n[1-08]", "at character 3: the numbers of a range with leading zeros need the same width, as in [01-08]"),
            (
                "n[01-010]",
                "at character 3: the numbers of a range with leading zeros need the same width, as in [01-08]"
            ),
            ("a,,b", "at character 3: a name is missing; remove the extra comma"),
            ("a,", "at character 3: a name is missing; remove the extra comma"),
            (",a", "at character 1: a name is missing; remove the extra comma"),
            ("a b", "at character 3: names are separated by commas, not by spaces; write a,b"),
            ("a;b", "at character 2: ';' is not allowed in a host name; use letters, digits, '.', '-' and '_'"),
            ("né", "at character 2: 'é' is not allowed in a host name; use letters, digits, '.', '-' and '_'"),
            (
                "a\u{1B}",
                "at character 2: a control character is not allowed in a host name; "
                    + "use letters, digits, '.', '-' and '_'"
            ),
            ("-rf", "at character 1: a host name begins with a letter or a digit"),
            ("n[1-3],n2", "at character 8: 'n2' is named twice; name each host once"),
            ("n[1,1]", "at character 1: 'n1' is named twice; name each host once"),
            ("n[1-1000000000]", "at character 1: the list names more than 100000 hosts; split it"),
            ("a[1-1000]b[1-1000]", "at character 1: the list names more than 100000 hosts; split it"),
            ("a[1-60000],b[1-60000]", "at character 12: the list names more than 100000 hosts; split it"),
            ("n[1-9999999999999999999]", "at character 5: a number has more than 18 digits"),
        ]
    )
    func errors(text: String, message: String) {
        let error = #expect(throws: HostlistError.self) { try Hostlist(parsing: text) }
        #expect(error?.description == message)
    }

    @Test("hold a hundred thousand names and not one more")
    func limit() throws {
        #expect(try Hostlist(parsing: "n[000001-100000]").count == 100_000)
        #expect(throws: HostlistError.self) { try Hostlist(parsing: "n[000001-100001]") }
        #expect(throws: HostlistError.self) { try Hostlist(parsing: "n[1-100000],m") }
        #expect(throws: HostlistError.self) { try Hostlist(parsing: String(repeating: "[1-2]", count: 100_000)) }
        #expect(throws: HostlistError.self) { try Hostlist(parsing: String(repeating: "a", count: 254)) }
        #expect(try Hostlist(parsing: String(repeating: "a", count: 253)).count == 1)
    }

    @Test(
        "compress to ranges, in order",
        arguments: [
            (["gpu01", "gpu02", "gpu03"], "gpu[01-03]"), (["n1", "n2", "n3", "n7"], "n[1-3,7]"),
            (["n9", "n10"], "n[9-10]"), (["n09", "n10"], "n[09-10]"), (["n99", "n100"], "n[99-100]"),
            (["n099", "n100"], "n[099-100]"), (["n1"], "n1"), (["b", "a"], "b,a"), (["n3", "n2"], "n[3,2]"),
            (["r1n01", "r1n02", "r2n01"], "r1n[01-02],r2n01"), (["n1-ib", "n2-ib"], "n[1-2]-ib"),
            (["n10", "n011"], "n[10,011]"), (["n1", "m1"], "n1,m1"),
        ]
    )
    func compression(names: [String], text: String) throws {
        #expect(try Hostlist(names: names).description == text)
    }

    @Test("survive a round trip, whatever the names", arguments: 0..<200)
    func roundTrip(seed: Int) throws {
        var generator = SplitMix(seed: UInt64(seed))
        var names: [String] = []
        var seen: Set<String> = []
        for _ in 0..<Int.random(in: 1...40, using: &generator) {
            let prefix = ["n", "gpu", "r1n", "a-", "x2y", "7"].randomElement(using: &generator) ?? "n"
            let first = Int.random(in: 0...120, using: &generator)
            let width = Int.random(in: 1...4, using: &generator)
            let suffix = ["", "", "-ib", ".x"].randomElement(using: &generator) ?? ""
            for number in first..<(first + Int.random(in: 1...12, using: &generator)) {
                let name = prefix + HostlistParser.padded(number, to: width) + suffix
                if seen.insert(name).inserted { names.append(name) }
            }
        }
        let list = try Hostlist(names: names)
        #expect(try Hostlist(parsing: list.description) == list, "\(list)")
    }

    @Test("never trap on garbage", arguments: 0..<20)
    func garbage(seed: Int) {
        var generator = SplitMix(seed: UInt64(seed))
        let alphabet = Array("gn019-,[] .\u{0}é")
        for _ in 0..<500 {
            let length = Int.random(in: 0...24, using: &generator)
            let text = String((0..<length).compactMap { _ in alphabet.randomElement(using: &generator) })
            guard let list = try? Hostlist(parsing: text) else { continue }
            #expect((try? Hostlist(parsing: list.description)) == list, "\(text)")
        }
    }

    @Test("check names that come apart")
    func names() {
        for bad in [[], ["a", "a"], [""], ["a b"], ["-x"], ["a,b"], ["n[1]"], [String(repeating: "a", count: 254)]] {
            #expect(throws: HostlistError.self, "\(bad.first?.prefix(9) ?? "")") { try Hostlist(names: bad) }
        }
    }
}

/// SplitMix64: the same names on every run.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
