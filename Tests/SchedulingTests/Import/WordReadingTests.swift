import Documents
import Probability
import Scheduling
import Testing

/// What is read eight bytes at a time is what a reader of single bytes reads.
@Suite struct WordReadingTests {
    /// Numbers of every length at every place of their line, first and last.
    @Test(arguments: 1...18)
    func `a number is read whole at every length and place`(_ digits: Int) throws {
        var random = RandomGenerator(seed: UInt64(digits))
        for padding in 0...17 {
            var text = "1"
            for _ in 1..<max(digits, 1) where digits > 1 { text += String(random.index(below: 10)) }
            let number = try #require(Int64(text))
            // As a job's number, it comes back as it is, whatever stands around it.
            let team = String(repeating: "x", count: padding)
            let first = try Read.trace("job,submit_s,duration_s,gpus,team\n\(text),0,1,1,\(team)\n")
            #expect(first.trace.id == [number])
            let last = try Read.trace("team,submit_s,duration_s,gpus,job\n\(team),0,1,1,\(text)\n")
            #expect(last.trace.id == [number])
            #expect(first.trace.teams == (padding == 0 ? [] : [team]))
        }
    }

    @Test func `a byte that is no digit is found in every place of a number`() throws {
        for length in 1...17 {
            for place in 0..<length {
                for byte: UInt8 in [0x2F, 0x3A, 0x00, 0x80, 0xB0, 0xB9, 0xFF] {
                    var digits = [UInt8](repeating: 0x31, count: length)
                    digits[place] = byte
                    let row = Array("job,submit_s,duration_s,gpus\nb,0,1,1\na,0,1,".utf8) + digits + Array("\n".utf8)
                    #expect(Read.findings(try Read.trace(row)) == ["malformed-number 1"])
                }
            }
        }
    }

    @Test func `spaces, empty fields and quotes are where they stand, at every place of a line`() throws {
        for padding in 0...20 {
            let id = String(repeating: "j", count: padding + 1)
            for (field, team) in [
                ("  t", "t"), ("t  ", "t"), ("", nil), ("   ", nil), ("\"t,\"\"u\"", "t,\"u"), ("t\"u", "t\"u"),
                ("a b", "a b"), ("  \"t\"  ", "t"),
            ] as [(String, String?)] {
                let text = "job,team,submit_s,duration_s,gpus,class\n\(id), \(field),0, 1 ,1,c\n"
                let imported = try Read.trace(text)
                #expect(imported.trace.teams == (team.map { [$0] } ?? []))
                #expect(imported.names[imported.trace.id[0]] == id)
                #expect(imported.classes.last == "c")
            }
        }
    }

    @Test func `names of every length are told apart`() throws {
        var text = "job,submit_s,duration_s,gpus,team\n"
        var teams: [String] = []
        for length in 1...40 {
            for letter in ["a", "b"] {
                // They differ in the first letter, or in the last.
                teams.append(letter + String(repeating: "x", count: length - 1))
                if length > 1 { teams.append(String(repeating: "x", count: length - 1) + letter) }
            }
        }
        for round in 0..<2 {
            for (index, team) in teams.enumerated() { text += "j\(round)-\(index),0,1,1,\(team)\n" }
        }
        let imported = try Read.trace(text)
        #expect(imported.trace.teams == teams)
        let expected = (0..<2).flatMap { _ in teams.indices.map { Int32($0) } }
        #expect(Array(imported.trace.team) == expected)
    }

    @Test(arguments: 0..<8)
    func `jobs are ordered by time, those of one instant as they stood`(_ seed: Int) {
        var random = RandomGenerator(seed: UInt64(seed))
        var trace = Trace()
        let span = [2, 100, 1 << 12, 1 << 23, 1 << 40, 1 << 62, 3, 1 << 33][seed]
        for index in 0..<1_000 {
            trace.append(TraceJob(id: Int64(index), submit: Int64(random.index(below: span)), duration: 1))
        }
        let expected = (0..<1_000).sorted { (trace.submit[$0], $0) < (trace.submit[$1], $1) }.map { trace[$0] }
        trace.sortBySubmission()
        #expect((0..<1_000).map { trace[$0] } == expected)
    }
}
