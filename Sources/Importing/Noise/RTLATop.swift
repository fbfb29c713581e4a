internal import Documents
internal import Evidence

/// The tables of `rtla … top`: a row for each processor.
struct RTLATop {
    private struct Timer {
        var count: Int
        var irq: (mean: Double, maximum: Double)
        var thread: (mean: Double, maximum: Double)
    }

    private struct Noise {
        var processor: Int
        var runtime: Double
        var noise: Double
        var longest: Double
        var hardware: Double
    }

    private let file: String
    private var timers: [Timer] = []
    private var noises: [Noise] = []
    private var line = 1

    init(file: String) { self.file = file }

    /// A table printed anew replaces the one before.
    mutating func restart() {
        timers = []
        noises = []
    }

    /// `0 00:01:00`: days, hours, minutes, seconds.
    static func seconds(_ words: [Substring]) -> Double? {
        guard words.count >= 2, let days = Int(words[0]), (0...100_000).contains(days) else { return nil }
        let clock = words[1].split(separator: ":").compactMap { Int($0) }
        guard clock.count == 3, clock.allSatisfy({ (0...1_000).contains($0) }) else { return nil }
        return Double(days * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2])
    }

    /// `1 #12322 | 0 0 1 15 | 10 3 9 31`: processor, count, then cur, min, avg, max for the interrupt and the thread.
    mutating func takeTimer(_ line: ImportLine, _ seconds: inout Double?) throws(DocumentError) {
        let parts = line.text.split(separator: "|", omittingEmptySubsequences: false)
        let head = parts[0].split { $0.isWhitespace }
        guard head.count == 2 else { return }
        if head[1].contains(":") {
            seconds = Self.seconds(head)
            return
        }
        guard head[0] != "CPU", Int(head[0]) != nil else { return }
        guard head[1].hasPrefix("#"), parts.count >= 3, line.isTerminated else { throw cut(line) }
        self.line = line.number
        let count = try TextNumber.requireCount(head[1].dropFirst(), "COUNT", file: file, line: line.number)
        var stages: [(mean: Double, maximum: Double)] = []
        for part in parts[1...2] {
            let words = part.split { $0.isWhitespace }
            guard words.count == 4 else { throw cut(line) }
            // A processor that has not woken up yet has dashes.
            guard words[3] != "-" else { return }
            let mean = try TextNumber.require(words[2], "avg", file: file, line: line.number)
            let maximum = try TextNumber.require(words[3], "max", file: file, line: line.number)
            guard mean <= maximum else {
                throw DocumentError(
                    file: file,
                    line: line.number,
                    path: "avg",
                    problem: "is above max; the file is damaged"
                )
            }
            stages.append((mean, maximum))
        }
        timers.append(Timer(count: count, irq: stages[0], thread: stages[1]))
    }

    /// `0 #59 53100000 304896 99.42580 6978 56 549 …`: period, runtime, noise, share, longest sum, longest, by hardware.
    mutating func takeNoise(_ line: ImportLine) throws(DocumentError) {
        let words = line.words
        guard words.count > 1, let processor = Int(words[0]), words[1].hasPrefix("#") else { return }
        guard words.count >= 8, line.isTerminated, (0...100_000).contains(processor) else { throw cut(line) }
        self.line = line.number
        var numbers: [Double] = []
        for (name, word) in zip(["Runtime", "Noise", "% CPU Aval", "Max Noise", "Max Single", "HW"], words[2...]) {
            numbers.append(try TextNumber.require(word, name, file: file, line: line.number))
        }
        guard numbers[0] > 0, numbers[1] <= numbers[0] else {
            throw DocumentError(
                file: file,
                line: line.number,
                path: "Noise",
                problem: "\(words[3]) us in a runtime of \(words[2]) us cannot be; the file is damaged"
            )
        }
        noises.append(
            Noise(
                processor: processor,
                runtime: numbers[0],
                noise: numbers[1],
                longest: numbers[4],
                hardware: numbers[5]
            )
        )
    }

    func writeTimer(to draft: inout ImportDraft) throws(DocumentError) {
        let total = timers.reduce(0.0) { $0 + Double($1.count) }
        guard total > 0 else { return }
        let stages: [(String, Metric.Role, KeyPath<Timer, (mean: Double, maximum: Double)>)] = [
            ("timer_wakeup", .confirmatory, \.thread), ("timer_interrupt", .exploratory, \.irq),
        ]
        for (name, role, stage) in stages {
            let metric = Metric.part(name, "us", .lower, role)
            let mean = timers.reduce(0.0) { $0 + $1[keyPath: stage].mean * Double($1.count) } / total
            try draft.add(metric.reported("mean", role), mean, line: line, path: "avg")
            let latest = Metric.part("\(name)_max_of_cpu", "us", .lower, .exploratory)
            try draft.add(latest, samples: timers.map { $0[keyPath: stage].maximum }, line: line, path: "max")
        }
        draft.cannotKnow(
            "rtla timerlat top states means cut to whole microseconds and maxima; no quantile can be known."
        )
    }

    func writeNoise(to draft: inout ImportDraft) throws(DocumentError) {
        let share = Metric.part("osnoise_share", "%", .lower)
        try draft.add(share, samples: noises.map { $0.noise / $0.runtime * 100 }, line: line, path: "Noise")
        let longest = Metric.part("detour_length_max_of_cpu", "us", .lower, .exploratory)
        try draft.add(longest, samples: noises.map(\.longest), line: line, path: "Max Single")
        // What no part of this system caused: in a guest, its hypervisor.
        let hardware = Metric.part("osnoise_hardware_per_second", "1/s", .lower, .exploratory)
        try draft.add(hardware, samples: noises.map { $0.hardware / $0.runtime * 1e6 }, line: line, path: "HW")
        draft.cannotKnow(
            "rtla osnoise top states sums and maxima of each processor; how long its detours were cannot be known."
        )
    }

    private func cut(_ line: ImportLine) -> DocumentError {
        DocumentError(
            file: file,
            line: line.number,
            problem: "is no whole row of rtla's table; the file is cut or damaged"
        )
    }
}
