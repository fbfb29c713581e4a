@testable import Probing

/// Small traces as PyTorch's profiler writes them.
struct TraceText {
    var events: [String] = []
    var head = "\"schemaVersion\": 1, "

    /// An event; times in microseconds.
    mutating func add(
        _ category: String,
        _ name: String,
        _ start: Int,
        _ duration: Int,
        thread: Int = 1,
        device: Int? = nil
    ) {
        let place = device.map { "\"pid\": \($0), \"tid\": 7" } ?? "\"pid\": 100, \"tid\": \(thread)"
        let arguments = device.map { "{\"device\": \($0), \"stream\": 7, \"grid\": [1, 2, 3]}" } ?? "{}"
        events.append(
            "{\"ph\": \"X\", \"cat\": \"\(category)\", \"name\": \"\(name)\", \(place), \"ts\": \(start).000, "
                + "\"dur\": \(duration).000, \"args\": \(arguments)}"
        )
    }

    var text: String {
        "{\(head)\"traceEvents\": [\n" + events.joined(separator: ",\n") + "\n], \"traceName\": \"a\"}\n"
    }

    /// One step of 100 µs after one that is dropped, with 40 of computing, 20 of a collective of which 10 are covered, a
    /// copy of 10, a wait for input of 10 and operators of 10 beside the launches: 40, 10, 10, 10, 10, and 20 unknown.
    static var known: TraceText {
        var trace = TraceText()
        trace.add("user_annotation", "ProfilerStep#2", 900, 100)
        trace.add("user_annotation", "ProfilerStep#3", 1_000, 100)
        trace.add("kernel", "void gemm<float>(int, \\\"x\\\")", 1_000, 40, device: 0)
        trace.add("kernel", "ncclDevKernel_AllReduce_Sum_f32_RING_LL", 1_030, 20, device: 0)
        trace.add("gpu_memcpy", "Memcpy HtoD (Pinned -> Device)", 1_045, 15, device: 0)
        trace.add(
            "user_annotation",
            "enumerate(DataLoader)#_MultiProcessingDataLoaderIter.__next__",
            1_055,
            15
        )
        trace.add("cpu_op", "aten::mm", 1_065, 15)
        trace.add("cuda_runtime", "cudaLaunchKernel", 1_070, 5)
        // A thread that launches nothing.
        trace.add("cpu_op", "aten::copy_", 1_080, 20, thread: 9)
        return trace
    }

    /// Reads the text in pieces of a size.
    static func read(_ text: String, pieces: Int = 1 << 20, file: String = "t.json") throws(TraceError) -> TorchProfile
    {
        try read(Array(text.utf8), pieces: pieces, file: file)
    }

    static func read(_ bytes: [UInt8], pieces: Int = 1 << 20, file: String = "t.json") throws(TraceError)
        -> TorchProfile
    {
        var reader = TorchTraceReader(file: file)
        var at = 0
        while at < bytes.count {
            let end = min(bytes.count, at + pieces)
            try reader.read(Array(bytes[at..<end]))
            at = end
        }
        return try reader.profile()
    }

    /// Microseconds by part.
    static func microseconds(_ profile: TorchProfile) -> [[Int64]] {
        profile.timeLines.map { $0.nanoseconds.map { $0 / 1_000 } }
    }
}

/// A small generator, so that a seed makes the same trace everywhere.
struct Dice {
    var state: UInt64

    init(seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1 }

    /// 0 to below the bound.
    mutating func roll(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(bound))
    }
}
