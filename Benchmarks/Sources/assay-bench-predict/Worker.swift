import Glibc

/// Detours that a process inflicts on itself: when, and how long.
struct Injection {
    var seed: UInt64
    var ratePerSecond: Double
    var isRegular = false
    /// Lengths in nanoseconds, each as likely, or their mean where they are exponential.
    var lengths: [Double]
    var isExponential = false

    private var state: UInt64 = 0
    private(set) var next = 0.0

    init(_ injection: InjectionPlan, seed: UInt64) {
        self.seed = seed
        ratePerSecond = injection.ratePerSecond
        isRegular = injection.isRegular
        lengths = injection.lengthsNanoseconds
        isExponential = injection.isExponential
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    private mutating func uniform() -> Double {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return (Double(state >> 12) + 0.5) * 0x1p-52
    }

    mutating func schedule(after now: Double) {
        guard ratePerSecond > 0 else {
            next = .infinity
            return
        }
        let gap = 1e9 / ratePerSecond
        // A regular one begins anywhere in its period, so that processes are not in step.
        if isRegular { next = next > 0 ? next + gap : now + gap * uniform() } else { next = now - gap * log(uniform()) }
        if next < now { next = now }
    }

    mutating func length() -> Double {
        if isExponential { return -(lengths.first ?? 0) * log(uniform()) }
        return lengths.isEmpty ? 0 : lengths[min(Int(uniform() * Double(lengths.count)), lengths.count - 1)]
    }
}

/// What is injected in a case.
struct InjectionPlan {
    var ratePerSecond: Double
    var lengthsNanoseconds: [Double]
    var isExponential = false
    var isRegular = false

    static let none = InjectionPlan(ratePerSecond: 0, lengthsNanoseconds: [])

    var arguments: [String] {
        ["\(ratePerSecond)", isExponential ? "1" : "0", isRegular ? "1" : "0"] + lengthsNanoseconds.map { "\($0)" }
    }

    init(ratePerSecond: Double, lengthsNanoseconds: [Double], isExponential: Bool = false, isRegular: Bool = false) {
        self.ratePerSecond = ratePerSecond
        self.lengthsNanoseconds = lengthsNanoseconds
        self.isExponential = isExponential
        self.isRegular = isRegular
    }

    init?(_ arguments: ArraySlice<String>) {
        let words = Array(arguments)
        guard words.count >= 3, let rate = Double(words[0]) else { return nil }
        self.init(
            ratePerSecond: rate,
            lengthsNanoseconds: words[3...].compactMap { Double($0) },
            isExponential: words[1] == "1",
            isRegular: words[2] == "1"
        )
    }
}

/// A processor at work that is taken away now and then: by the machine, and by injection.
struct Worker {
    var injection: Injection
    /// Gaps from here on are detours, as the probe has it.
    static let threshold = 500.0
    private var last: Double
    private(set) var gaps: [Double] = []
    /// When each began.
    private(set) var starts: [Double] = []
    private(set) var workNanoseconds = 0.0
    var keepsGaps = false

    init(_ plan: InjectionPlan, seed: UInt64) {
        injection = Injection(plan, seed: seed)
        last = Self.now()
        injection.schedule(after: last)
    }

    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }

    /// One turn: the time that was work, after whatever took the processor away.
    mutating func turn() -> Double {
        var now = Self.now()
        if now >= injection.next {
            let end = now + injection.length()
            while now < end { now = Self.now() }
            injection.schedule(after: now)
        }
        let gap = now - last
        last = now
        guard gap < Self.threshold else {
            if keepsGaps {
                gaps.append(gap)
                starts.append(now - gap)
            }
            return 0
        }
        return gap
    }

    /// Works for so many nanoseconds of its own.
    mutating func work(_ nanoseconds: Double) {
        var done = 0.0
        while done < nanoseconds { done += turn() }
        workNanoseconds += done
    }
}
