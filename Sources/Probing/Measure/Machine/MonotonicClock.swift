internal import CProbe
internal import Glibc

/// The clocks that probes read.
package enum MonotonicClock {
    /// Nanoseconds of a clock that nobody adjusts.
    package static func nanoseconds() -> UInt64 { assay_nanoseconds() }

    /// Seconds of the same clock.
    package static func seconds() -> Double { Double(assay_nanoseconds()) * 1e-9 }

    /// Now, as RFC 3339 writes it in UTC with milliseconds.
    package static func wallTime() -> String {
        var now = timespec()
        guard clock_gettime(CLOCK_REALTIME, &now) == 0 else { return "1970-01-01T00:00:00Z" }
        var parts = tm()
        var seconds = now.tv_sec
        gmtime_r(&seconds, &parts)
        func two(_ number: some BinaryInteger) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let milliseconds = String(1000 + now.tv_nsec / 1_000_000).dropFirst()
        return "\(1900 + Int(parts.tm_year))-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
            + "T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)).\(milliseconds)Z"
    }

    /// Ticks of the time stamp counter a nanosecond, from two readings of both clocks `spanNanoseconds` apart.
    package static func ticksPerNanosecond(spanNanoseconds: UInt64 = 20_000_000) -> Double {
        func both() -> (ticks: UInt64, nanoseconds: UInt64) {
            // The reading of the clock that stands nearest to its two readings of the counter.
            var best: (ticks: UInt64, nanoseconds: UInt64, width: UInt64) = (0, 0, .max)
            for _ in 0..<20 {
                let before = assay_ticks()
                let now = assay_nanoseconds()
                let width = assay_ticks() &- before
                if width < best.width { best = (before &+ width / 2, now, width) }
            }
            return (best.ticks, best.nanoseconds)
        }
        let first = both()
        while assay_nanoseconds() &- first.nanoseconds < spanNanoseconds {}
        let last = both()
        let nanoseconds = Double(last.nanoseconds &- first.nanoseconds)
        return nanoseconds > 0 ? Double(last.ticks &- first.ticks) / nanoseconds : 1
    }
}
