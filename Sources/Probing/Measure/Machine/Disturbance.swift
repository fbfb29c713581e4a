internal import Documents

/// Something that took from a measurement what was not the machine's own doing.
package struct Disturbance: Sendable, Hashable {
    /// What it was.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The control group's quota stopped the process.
        case throttled
        /// The processor lowered its clock because of heat.
        case overheated
        /// The hypervisor took memory while we measured.
        case ballooned
        /// Memory was written to or read from swap space.
        case swapped
        /// Other tasks ran on the processors that were measured.
        case otherTasks = "other-tasks"
        /// Other tasks kept much of the machine busy.
        case otherLoad = "other-load"
        /// The processor is software.
        case emulated
        /// Nothing shows whether the processor is software.
        case perhapsEmulated = "perhaps-emulated"
        /// This program was compiled without optimisation.
        case unoptimised
    }

    /// What it was.
    package var kind: Kind
    /// What was seen, without the subject: `other tasks used 12.5 % of the measured processors`.
    package var sentence: String

    /// A disturbance.
    package init(_ kind: Kind, _ sentence: String) {
        self.kind = kind
        self.sentence = sentence
    }
}

/// The kernel's counters before or after a measurement.
package struct DisturbanceCounters: Sendable, Hashable {
    /// Time of one processor since boot, in ticks of ``ticksPerSecond``.
    package struct Processor: Sendable, Hashable {
        /// Doing anything for anyone here: user, nice, system and interrupts.
        package var busy: Int
        /// Wanted, while the hypervisor ran something else.
        package var stolen: Int
    }

    /// What the kernel counts processor time in, a second (USER_HZ, fixed by the system call interface).
    package static let ticksPerSecond = 100.0

    /// By number.
    package var processors: [Int: Processor] = [:]
    /// Periods in which a control group's quota stopped its processes.
    package var throttledPeriods = 0
    /// Times that processors lowered their clocks because of heat.
    package var thermalEvents = 0
    /// Pages that the balloon took.
    package var balloonedPages = 0
    /// Pages swapped in or out.
    package var swappedPages = 0

    /// No counters, as on a system that has none.
    package init() {}

    /// Reads the counters; `text` gives the content of a file, nil where there is none.
    package init(processors numbers: [Int], text: (String) -> String?) {
        for line in (text("/proc/stat") ?? "").split(separator: "\n") where line.hasPrefix("cpu") {
            let words = line.split(separator: " ")
            // The first line is the sum of all; its name has no number.
            guard let number = Int(words[0].dropFirst(3)) else { continue }
            let times = words.dropFirst().prefix(8).map { Int($0).map { min(max($0, 0), 1 << 50) } ?? 0 }
            guard times.count >= 7 else { continue }
            processors[number] = Processor(
                busy: times[0] + times[1] + times[2] + times[5] + times[6],
                stolen: times.count > 7 ? times[7] : 0
            )
        }
        for path in ControlGroup(text: text).processorStatistics {
            throttledPeriods &+= Self.value("nr_throttled", in: text(path))
        }
        for number in numbers {
            for name in ["core_throttle_count", "package_throttle_count"] {
                let path = "/sys/devices/system/cpu/cpu\(number)/thermal_throttle/\(name)"
                thermalEvents &+= text(path).flatMap { Int($0) } ?? 0
            }
        }
        let memory = text("/proc/vmstat")
        balloonedPages = Self.value("balloon_inflate", in: memory)
        swappedPages = Self.value("pswpin", in: memory) &+ Self.value("pswpout", in: memory)
    }

    /// The counters of the machine we stand on.
    package static func live(_ processors: [Int]) -> DisturbanceCounters {
        DisturbanceCounters(processors: processors, text: LiveText.read)
    }

    private static func value(_ name: String, in text: String?) -> Int {
        for line in (text ?? "").split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == name { return Int(words[1]).map { min(max($0, 0), 1 << 50) } ?? 0 }
        }
        return 0
    }
}

/// What happened on the machine while something was measured.
package struct DisturbanceReport: Sendable, Hashable {
    /// Share of the measured processors' time that other tasks had, 0...1.
    package var otherTasksShare: Double
    /// Share of all processors' time that other tasks had, 0...1.
    package var otherLoadShare: Double
    /// Share of the measured processors' time that the hypervisor gave to others: what a VM costs, no disturbance.
    package var stolenShare: Double
    /// What was beyond bounds.
    package var disturbances: [Disturbance]

    /// Other tasks may have so much of the measured processors.
    package static let mostOtherTasks = 0.05
    /// Other tasks may have so much of all processors.
    package static let mostOtherLoad = 0.10

    /// Compares counters before and after a measurement.
    ///
    /// `measured` are the processors that were measured, `ownSeconds` is the processor time of the measurement itself,
    /// `elapsedSeconds` the time from the first counters to the second.
    package init(
        before: DisturbanceCounters,
        after: DisturbanceCounters,
        measured: [Int],
        ownSeconds: Double,
        elapsedSeconds: Double
    ) {
        func busy(_ numbers: [Int]) -> (busy: Double, stolen: Double) {
            var sums = (busy: 0, stolen: 0)
            for number in numbers {
                guard let first = before.processors[number], let last = after.processors[number] else { continue }
                sums.busy += max(0, last.busy - first.busy)
                sums.stolen += max(0, last.stolen - first.stolen)
            }
            let second = DisturbanceCounters.ticksPerSecond
            return (Double(sums.busy) / second, Double(sums.stolen) / second)
        }
        func share(_ seconds: Double, of processors: Int) -> Double {
            guard elapsedSeconds > 0, processors > 0 else { return 0 }
            // The kernel counts in ticks: one a processor may belong to either side.
            let counted = seconds - Double(processors) / DisturbanceCounters.ticksPerSecond
            return min(max(0, counted / (elapsedSeconds * Double(processors))), 1)
        }
        let here = busy(measured)
        let everywhere = busy(Array(before.processors.keys))
        otherTasksShare = share(here.busy - ownSeconds, of: measured.count)
        otherLoadShare = share(everywhere.busy - ownSeconds, of: before.processors.count)
        stolenShare = share(here.stolen, of: measured.count)
        disturbances = []
        func note(_ kind: Disturbance.Kind, _ sentence: String) { disturbances.append(Disturbance(kind, sentence)) }
        let throttled = after.throttledPeriods - before.throttledPeriods
        if throttled > 0 {
            note(.throttled, "the control group's processor quota stopped it (throttled periods: \(throttled))")
        }
        let heat = after.thermalEvents - before.thermalEvents
        if heat > 0 { note(.overheated, "heat lowered the processors' clock (events: \(heat))") }
        let balloon = after.balloonedPages - before.balloonedPages
        if balloon > 0 { note(.ballooned, "the hypervisor's balloon took \(balloon) pages") }
        let swapped = after.swappedPages - before.swappedPages
        // A page or two is housekeeping; a megabyte is pressure.
        if swapped > 256 { note(.swapped, "\(swapped) pages went to or from swap space") }
        if otherTasksShare > Self.mostOtherTasks {
            note(.otherTasks, "other tasks used \(NumberText.percent(otherTasksShare)) of the measured processors")
        }
        // Where all processors are measured, that has been said.
        if otherLoadShare > Self.mostOtherLoad, otherTasksShare <= Self.mostOtherTasks {
            note(.otherLoad, "other tasks used \(NumberText.percent(otherLoadShare)) of all processors")
        }
    }

    /// Nothing happened, as far as is known.
    package init() { (otherTasksShare, otherLoadShare, stolenShare, disturbances) = (0, 0, 0, []) }
}
