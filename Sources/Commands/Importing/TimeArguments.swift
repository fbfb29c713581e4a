import Evidence
import Glibc

/// Instants on the command line.
enum TimeArguments {
    /// Milliseconds since 1970 of `2026-11-01T00:00:00Z`, `2026-11-01`, or seconds since 1970; nil for anything else.
    static func instant(_ text: String) -> Int64? {
        if let stamp = Timestamp(text) ?? Timestamp(text + "T00:00:00Z") {
            return Int64((stamp.seconds * 1_000).rounded())
        }
        guard text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), let seconds = Double(text),
            seconds >= 0, seconds < 253_402_300_800
        else { return nil }
        return Int64((seconds * 1_000).rounded())
    }

    /// The clock's, in milliseconds since 1970.
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
