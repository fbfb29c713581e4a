internal import CProbe
internal import Evidence

extension ComponentProbe {
    /// How late a sleeping task wakes up: absolute sleeps a millisecond apart, as cyclictest does by default.
    ///
    /// In the real-time class where that is permitted, so that other tasks do not count; idle states of the processor are
    /// left as they are, since a workload meets them too.
    package static let timers = ComponentProbe(
        name: "timers",
        title: "timer wake-up latency",
        placement: .one,
        weight: 1,
        metrics: { _ in [.component("timer_wakeup", "us", .lower)] },
        run: TimerWakeups.run
    )
}

private enum TimerWakeups {
    static let intervalNanoseconds: UInt64 = 1_000_000
    static let priority: Int32 = 80
    /// Wake-ups that bring code and stack into the caches.
    static let warmUp = 10

    static func run(_ context: ProbeContext) throws(ProbeRefusal) -> ProbeSamples {
        let count = max(20, Int(clamping: context.nanoseconds / intervalNanoseconds)) + warmUp
        var late = [UInt64](repeating: 0, count: count)
        var overruns = 0
        let isRealTime = assay_schedule(priority) == 0
        _ = assay_lock_memory()
        let done = assay_wakeups(intervalNanoseconds, count, &late, &overruns)
        if isRealTime { _ = assay_schedule(0) }
        guard done == count else { throw ProbeRefusal("cannot sleep to a time: \(systemError(-done))") }
        let values = late[warmUp...].map { Double($0) * 1e-3 }
        var samples = ProbeSamples(
            series: [ProbeSeries("timer_wakeup", values, resolution: Double(clockStep()) * 1e-3)],
            conditions: [Condition(name: "timer_scheduling", value: isRealTime ? "fifo \(priority)" : "other")],
            warmUpExcluded: warmUp
        )
        if !isRealTime {
            samples.notes.append(
                "The real-time class was not permitted, so wake-ups include the kernel's 50 us of timer slack "
                    + "and waits for other tasks; run as root or with CAP_SYS_NICE."
            )
        }
        if overruns > 0 {
            samples.notes.append(
                "Some wake-ups were more than an interval late; times that passed meanwhile are left out."
            )
        }
        return samples
    }

    /// The smallest step of the clock that was seen.
    private static func clockStep() -> UInt64 {
        var smallest = UInt64.max
        var last = assay_nanoseconds()
        for _ in 0..<1000 {
            let now = assay_nanoseconds()
            if now > last { smallest = min(smallest, now - last) }
            last = now
        }
        return smallest == .max ? 1 : smallest
    }
}
