import Testing

@testable import Probing

@Suite("Traces of PyTorch's profiler")
struct TorchTraceTests {
    @Test("each moment is in the first part that holds of it: a trace by hand", arguments: [1, 2, 7, 64, 1 << 20])
    func known(pieces: Int) throws {
        let profile = try TraceText.read(TraceText.known.text, pieces: pieces)
        #expect(TraceText.microseconds(profile) == [[40, 10, 10, 10, 10, 20]])
        #expect(profile.steps == 3...3)
        #expect(profile.notes.isEmpty)
        #expect(profile.identifier.hasPrefix("sha256:") && profile.identifier.count == 71)
    }

    /// What is spliced into the known trace's step, and what it makes of the parts.
    static let edits: [(category: String, name: String, start: Int, duration: Int, device: Int?, parts: [Int64])] = [
        ("gpu_memset", "Memset (Device)", 1_080, 10, 0, [50, 10, 10, 10, 10, 10]),
        ("gpu_memcpy", "Memcpy DtoD (Device -> Device)", 1_080, 10, 0, [50, 10, 10, 10, 10, 10]),
        ("gpu_memcpy", "Memcpy PtoP (Device -> Device)", 1_080, 10, 0, [40, 20, 10, 10, 10, 10]),
        ("gpu_memcpy", "Memcpy DtoH (Device -> Pageable)", 1_080, 10, 0, [40, 10, 20, 10, 10, 10]),
        ("Kernel", "rcclGeneric", 1_080, 10, 0, [40, 20, 10, 10, 10, 10]),
        ("cuda_driver", "cuLaunchKernel", 1_080, 10, nil, [40, 10, 10, 10, 20, 10]),
        ("python_function", "forward", 1_080, 10, nil, [40, 10, 10, 10, 10, 20]),
        ("gpu_user_annotation", "ProfilerStep#3", 1_080, 90, 0, [40, 10, 10, 10, 10, 20]),
        ("user_annotation", "Optimizer.step#SGD.step", 1_080, 10, nil, [40, 10, 10, 10, 10, 20]),
        // Work of the step before and after does not count.
        ("kernel", "early", 900, 100, 0, [40, 10, 10, 10, 10, 20]),
        ("kernel", "late", 1_090, 100, 0, [50, 10, 10, 10, 10, 10]),
        // Another device with a stray copy has no time line.
        ("gpu_memcpy", "Memcpy HtoD (Pageable -> Device)", 1_080, 10, 1, [40, 10, 10, 10, 10, 20]),
    ]

    @Test("what an event counts as", arguments: edits.indices)
    func edited(place: Int) throws {
        let edit = Self.edits[place]
        var trace = TraceText.known
        trace.add(edit.category, edit.name, edit.start, edit.duration, device: edit.device)
        let profile = try TraceText.read(trace.text)
        #expect(TraceText.microseconds(profile) == [edit.parts])
        #expect(profile.notes.isEmpty == (edit.device != 1))
    }

    @Test("parts sum to the steps and agree with counting microseconds, whatever overlaps", arguments: 0..<60)
    func grid(seed: Int) throws {
        var dice = Dice(seed: seed + 1)
        let kinds: [(category: String, name: String, part: Int, device: Bool)] = [
            ("kernel", "gemm", 0, true), ("kernel", "ncclKernel_AllGather", 1, true),
            ("gpu_memcpy", "Memcpy HtoD (Pinned -> Device)", 2, true),
            ("user_annotation", "enumerate(DataLoader)#_SingleProcessDataLoaderIter.__next__", 3, false),
            ("cpu_op", "aten::add", 4, false), ("cuda_runtime", "cudaLaunchKernel", 4, false),
        ]
        var trace = TraceText()
        var grid = [[Int]](repeating: [Int](repeating: 5, count: 500), count: 2)
        trace.add("user_annotation", "ProfilerStep#0", 0, 100)
        trace.add("user_annotation", "ProfilerStep#1", 100, 150)
        trace.add("user_annotation", "ProfilerStep#2", 260, 140)
        // Both devices compute at least a hundredth of each other.
        for device in 0..<2 { trace.add("kernel", "gemm", 120, 30, device: device) }
        for device in 0..<2 { for moment in 120..<150 { grid[device][moment] = 0 } }
        for _ in 0..<dice.roll(60) {
            let kind = kinds[dice.roll(kinds.count)]
            let (start, duration) = (dice.roll(440), dice.roll(60))
            let device = dice.roll(2)
            trace.add(kind.category, kind.name, start, duration, device: kind.device ? device : nil)
            for line in 0..<2 where !kind.device || line == device {
                for moment in start..<(start + duration) { grid[line][moment] = min(grid[line][moment], kind.part) }
            }
        }
        // The order in the file is nobody's promise.
        for place in trace.events.indices.reversed() { trace.events.swapAt(place, dice.roll(place + 1)) }
        let profile = try TraceText.read(trace.text, pieces: 1 + dice.roll(100))
        let counted = Array(100..<250) + Array(260..<400)
        let expected = grid.map { line in (0..<6).map { part in Int64(counted.count { line[$0] == part }) } }
        #expect(TraceText.microseconds(profile) == expected)
        for line in profile.timeLines {
            #expect(line.total == 290_000)
            #expect(abs(TorchProfile.Part.allCases.reduce(0) { $0 + line.share($1) } - 1) < 1e-12)
        }
    }

    @Test("a trace cut at any byte, or with any byte altered, is a sentence or a profile whose parts sum up")
    func damaged() throws {
        let bytes = Array(TraceText.known.text.utf8)
        for end in 0..<(bytes.count - 2) {
            let error = #expect(throws: TraceError.self) { try TraceText.read(Array(bytes[..<end])) }
            #expect(error.map { !$0.problem.isEmpty && $0.place.hasPrefix("t.json:") } == true)
        }
        for at in bytes.indices {
            for byte in [0x00, UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "}"), UInt8(ascii: "9"), 0xFF] {
                var damaged = bytes
                damaged[at] = byte
                guard let profile = try? TraceText.read(damaged) else { continue }
                for line in profile.timeLines {
                    #expect(line.nanoseconds.allSatisfy { $0 >= 0 } && line.total > 0)
                }
            }
        }
    }

    static let refusals: [(text: String, words: String)] = [
        ("", "is empty"), ("{}", "has no traceEvents"), ("{\"traceEvents\": 5}", "has no traceEvents"),
        ("[]", "has no work of a GPU"), ("{\"traceEvents\": []}", "has no work of a GPU"),
        ("{\"traceEvents\": [], \"traceEvents\": []}", "stands twice"),
        ("{\"traceEvents\": [}", "expected a value, found '}'"), ("{\"traceEvents\": []", "cut short"),
        ("{\"traceEvents\": [1 2]}", "expected ',' or ']', found '2'"),
        ("{\"traceEvents\": [01]}", "'01' is not a number"),
        ("{\"traceEvents\": [nil]}", "a word that JSON does not have"), ("{\"a\": \"\n\"}", "a control character"),
        ("{\"a\": \"\\x\"}", "unknown escape"), ("{\"a\": \"\\u12g4\"}", "four hexadecimal digits"),
        ("{} {}", "expected the end of the file"), ("{\"a\" 1}", "expected ':'"), ("{\"a\": 1,}", "expected a key"),
        ("\u{1F}\u{8B}", "gunzip it first"),
        (String(repeating: "[", count: 100_000), "nested deeper than 512 levels"),
        ("{\"traceEvents\": [\(String(repeating: "{\"a\":", count: 100_000))", "nested deeper"),
        ("[" + String(repeating: "1", count: 70) + "]", "more than 64 characters"),
    ]

    @Test("what is no trace is one sentence with its place", arguments: refusals.indices)
    func refused(place: Int) {
        let refusal = Self.refusals[place]
        let bytes = refusal.words.hasPrefix("gunzip") ? [0x1F, 0x8B, 8] : Array(refusal.text.utf8)
        for pieces in [1, 1 << 20] {
            let error = #expect(throws: TraceError.self) { try TraceText.read(bytes, pieces: pieces) }
            #expect(error?.description.contains(refusal.words) == true, "\(error?.description ?? "")")
            #expect(error?.place.hasPrefix("t.json:") == true)
        }
    }

    @Test("an event with a negative duration, none, or one out of range is left out and said; many are refused")
    func negative() throws {
        var trace = TraceText.known
        for _ in 0..<400 { trace.add("kernel", "more", 1_000, 10, device: 0) }
        for duration in ["-5", "\"5\"", "1e300", "99999999999999999999999"] {
            trace.events.append(
                "{\"ph\": \"X\", \"cat\": \"kernel\", \"name\": \"k\", \"pid\": 0, \"ts\": 1085, \"dur\": \(duration)}"
            )
        }
        let profile = try TraceText.read(trace.text)
        #expect(TraceText.microseconds(profile) == [[40, 10, 10, 10, 10, 20]])
        #expect(profile.notes.first?.hasPrefix("4 of 413 events") == true, "\(profile.notes)")
        for _ in 0..<4 { trace.add("kernel", "more", 1_085, -1, device: 0) }
        let error = #expect(throws: TraceError.self) { try TraceText.read(trace.text) }
        #expect(error?.problem.hasPrefix("8 of 417 events have no usable time") == true)
    }

    @Test(
        "times are read to the nanosecond, with exponents and without decimals",
        arguments: [
            ("5", 5_000), ("5.1", 5_100), ("1695835000123456.789", 1_695_835_000_123_456_789), ("5.12345", 5_123),
            ("-2.5", -2_500), ("1.5e3", 1_500_000), ("0", 0), ("2000000000000001", nil), ("1e17", nil),
        ] as [(String, Int64?)]
    )
    func times(text: String, nanoseconds: Int64?) {
        #expect(TraceEvent.nanoseconds(Array(text.utf8)) == nanoseconds)
    }

    @Test("without steps the time from the first to the last work of the device counts, and it says so")
    func stepless() throws {
        var trace = TraceText()
        trace.add("kernel", "gemm", 50, 10, device: 0)
        trace.add("cpu_op", "aten::mm", 0, 200)
        trace.add("cuda_runtime", "cudaLaunchKernel", 65, 1)
        trace.add("kernel", "ncclKernel", 80, 20, device: 0)
        let profile = try TraceText.read(trace.text)
        #expect(TraceText.microseconds(profile) == [[10, 20, 0, 0, 20, 0]])
        #expect(profile.steps == nil)
        #expect(profile.notes.first?.contains("marks no steps") == true)
    }

    @Test("the first recorded step is dropped, but not the only one; ranks and NaN are read")
    func steps() throws {
        var trace = TraceText.known
        trace.head +=
            "\"distributedInfo\": {\"backend\": \"nccl\", \"rank\": 3, \"world_size\": 8}, \"x\": [NaN, -Infinity], "
        #expect(try TraceText.read(trace.text).rank == 3)
        #expect(try TraceText.read(trace.text).worldSize == 8)
        trace.events.removeFirst()
        let only = try TraceText.read(trace.text)
        #expect(TraceText.microseconds(only) == [[40, 10, 10, 10, 10, 20]])
        #expect(only.notes == ["it has one step only, with the start of the recording in it"])
        // The same number from another process is another rank's.
        trace.events.append(
            "{\"ph\": \"X\", \"cat\": \"user_annotation\", \"name\": \"ProfilerStep#3\", \"pid\": 101, \"tid\": 1, "
                + "\"ts\": 1000, \"dur\": 100}"
        )
        let error = #expect(throws: TraceError.self) { try TraceText.read(trace.text) }
        #expect(error?.problem.contains("steps of two processes") == true)
    }

    @Test("a list of events without an object around it is a trace too")
    func bare() throws {
        let text = "[" + TraceText.known.events.joined(separator: ",") + "]"
        #expect(TraceText.microseconds(try TraceText.read(text)) == [[40, 10, 10, 10, 10, 20]])
    }

    @Test(
        "devices without end, threads without end are refused",
        arguments: [(65, "64 devices"), (4_097, "4096 threads")]
    )
    func many(count: Int, words: String) {
        var trace = TraceText()
        for number in 0..<count {
            if count == 65 {
                trace.add("kernel", "k", 0, 10, device: number)
            } else {
                trace.add("cpu_op", "a", 0, 10, thread: number)
            }
        }
        let error = #expect(throws: TraceError.self) { try TraceText.read(trace.text) }
        #expect(error?.problem.contains("more than \(words)") == true)
    }
}
