import CProbe
import Glibc
import Synchronization
import Testing

@testable import Probing

@Suite struct DetourSpinTests {
    static func spin(
        milliseconds: Double,
        gaps: [(Double, Double)],
        turn: Double = 0
    ) -> DetourSpin.Spin {
        DetourSpin.Spin(
            processor: 0,
            nanoseconds: milliseconds * 1e6,
            gaps: gaps.map { (start: $0.0, length: $0.1) },
            turnNanoseconds: turn
        )
    }

    @Test("without detours a quantum takes as long as its work")
    func undisturbed() {
        #expect(DetourSpin.quanta(Self.spin(milliseconds: 3.5, gaps: [])) == [1e6, 1e6, 1e6])
        #expect(DetourSpin.rates(Self.spin(milliseconds: 250, gaps: [])) == [0, 0])
    }

    @Test("a detour prolongs the quantum that it falls into, and the rest begin later")
    func one() {
        let quanta = DetourSpin.quanta(Self.spin(milliseconds: 3.2, gaps: [(1_500_000, 100_000)]))
        #expect(quanta == [1e6, 1.1e6, 1e6])
    }

    @Test("of a gap, one turn of the loop was work")
    func turn() {
        let quanta = DetourSpin.quanta(Self.spin(milliseconds: 1.2, gaps: [(10, 1000)], turn: 20))
        #expect(quanta == [1e6 + 980])
    }

    @Test("time is conserved: quanta add up to the time spun, less the last one begun", arguments: 0..<20)
    func conserved(seed: Int) {
        var gaps: [(Double, Double)] = []
        var time = Double(seed) * 1000
        while time < 9e6 {
            let length = 1000 + (time * 7).truncatingRemainder(dividingBy: 300_000)
            gaps.append((time, length))
            let pause = 50_000 + (time * 13).truncatingRemainder(dividingBy: 900_000)
            time += length + pause
        }
        let spin = Self.spin(milliseconds: 10, gaps: gaps)
        let total = DetourSpin.quanta(spin).reduce(0, +)
        let lost = gaps.reduce(0.0) { $0 + $1.1 }
        #expect(total <= spin.nanoseconds + 1e-6)
        // What is missing is work of less than a quantum and the detours that came with it.
        #expect(total > spin.nanoseconds - 1e6 - lost)
        let whole = Int((spin.nanoseconds - lost) / 1e6)
        #expect(DetourSpin.quanta(spin).count == whole)
    }

    @Test("detours are counted in the window in which they began")
    func rates() {
        let spin = Self.spin(milliseconds: 250, gaps: [(1e6, 1000), (99e6, 1000), (100e6, 1000), (240e6, 1000)])
        #expect(DetourSpin.rates(spin) == [20, 10])
        // A short spin is one window.
        #expect(DetourSpin.rates(Self.spin(milliseconds: 50, gaps: [(1e6, 1000)])) == [20])
    }

    @Test("of many processors some are chosen, evenly and always the same")
    func chosen() {
        #expect(DetourSpin.chosen([3, 5]) == [3, 5])
        let many = DetourSpin.chosen(Array(0..<256))
        #expect(many.count == 32)
        #expect(many.first == 0)
        let steps = zip(many, many.dropFirst()).map { $1 - $0 }
        #expect(Set(steps) == [8])
    }

    /// A real-time thread that takes its processor from whoever has it for 100 us every 10 ms, and keeps account of it.
    ///
    /// The account begins when its timer expires and not when it runs: from then on whoever had the processor is
    /// interrupted, in a virtual machine for tens of microseconds before the first of the hundred.
    private final class Thief: @unchecked Sendable {
        // Set before the thread starts and read after it ended; the flags in between are atomic.
        let processor: Int32
        let stop = Atomic(false)
        let isRunning = Atomic(false)
        var thefts: [(begin: UInt64, late: Double, end: UInt64)] = []

        init(processor: Int) {
            self.processor = Int32(processor)
            thefts.reserveCapacity(10_000)
        }

        func work() {
            let status = assay_pin(processor) == 0 && assay_schedule(70) == 0
            isRunning.store(true, ordering: .releasing)
            guard status else { return }
            var next = timespec()
            clock_gettime(CLOCK_MONOTONIC, &next)
            while !stop.load(ordering: .acquiring), thefts.count < 10_000 {
                next.tv_nsec += 10_000_000
                if next.tv_nsec >= 1_000_000_000 {
                    next.tv_nsec -= 1_000_000_000
                    next.tv_sec += 1
                }
                clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, nil)
                var woken = timespec()
                clock_gettime(CLOCK_MONOTONIC, &woken)
                let beginTicks = assay_ticks()
                let begin = MonotonicClock.nanoseconds()
                while MonotonicClock.nanoseconds() - begin < 100_000 {}
                let late = (woken.tv_sec - next.tv_sec) * 1_000_000_000 + woken.tv_nsec - next.tv_nsec
                thefts.append((beginTicks, Double(late), assay_ticks()))
            }
        }

        /// Spins beside the thief: for each theft its length by the thief's account, and the gap that holds it, if any.
        func beside() throws -> [(account: Double, gap: Double?)] {
            var thread = pthread_t()
            let started = pthread_create(
                &thread,
                nil,
                { context in
                    if let context { Unmanaged<Thief>.fromOpaque(context).takeUnretainedValue().work() }
                    return nil
                },
                Unmanaged.passUnretained(self).toOpaque()
            )
            try #require(started == 0)
            while !isRunning.load(ordering: .acquiring) { usleep(1000) }
            // The spinning thread stands below the thief and above everyone else, so that other work on this machine does
            // not count; it takes the class over from this one.
            let raised = assay_schedule(60)
            let spins = Result { () throws(ProbeRefusal) in
                try DetourSpin.spin([Int(processor)], nanoseconds: 1_500_000_000)
            }
            _ = assay_schedule(0)
            stop.store(true, ordering: .releasing)
            pthread_join(thread, nil)
            try #require(raised == 0)
            let spin = try #require(spins.get().first)
            let rate = MonotonicClock.ticksPerNanosecond()
            var pairs: [(account: Double, gap: Double?)] = []
            for theft in thefts where theft.begin > spin.beginTicks {
                let begin = Double(theft.begin - spin.beginTicks) / rate
                let end = Double(theft.end - spin.beginTicks) / rate
                guard end < spin.nanoseconds else { break }
                // One gap holds all of it, to the microsecond that clocks agree to.
                let gap = spin.gaps.first { $0.start < begin + 1000 && $0.start + $0.length > end - 1000 }
                pairs.append((theft.late + end - begin, gap?.length))
            }
            return pairs
        }
    }

    static let mayRunInRealTime: Bool = {
        let permitted = assay_schedule(1) == 0
        _ = assay_schedule(0)
        return permitted
    }()

    @Test(
        "a real-time thread that takes 100 us every 10 ms is found again, within 10 % of length and rate",
        .enabled(if: mayRunInRealTime, "needs permission for the real-time class (root or CAP_SYS_NICE)")
    )
    func injected() throws {
        let processor = try #require(MachineLayout.allowedProcessors().last)
        let thefts = try Thief(processor: processor).beside()
        // A second and a half holds 150 of them, fewer where the kernel's guard against real-time tasks stepped in.
        #expect((128...151).contains(thefts.count))
        let found = thefts.filter { $0.gap != nil }
        #expect(found.count * 10 >= thefts.count * 9, "\(found.count) of \(thefts.count) thefts are one gap each")
        #expect(found.allSatisfy { $0.account >= 100_000 })
        let ratios = found.map { ($0.gap ?? 0) / $0.account }.sorted()
        try #require(!ratios.isEmpty)
        let ratio = ratios[ratios.count / 2]
        #expect((0.9...1.1).contains(ratio), "a gap is \(ratio) of the length that the thief gives")
    }
}
