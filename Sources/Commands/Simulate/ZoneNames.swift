import ArgumentParser
import Glibc
import NodeCommands
import Scheduling

/// Time zones by name, from the system's database.
enum ZoneNames {
    /// The rule of a zone: an offset, or a name such as `Europe/Berlin`.
    static func rule(_ name: String) throws -> TimeZoneRule {
        if let offset = TimeZoneRule(offset: name) { return offset }
        guard !name.hasPrefix("/"), !name.split(separator: "/").contains(".."),
            ["/usr/share/zoneinfo/", "/usr/lib/zoneinfo/"].contains(where: { isRuleFile($0 + name) })
        else {
            throw ValidationError(
                "--zone '\(name)' is not known here; write UTC, an offset such as +01:00, or a name such as Europe/Berlin"
            )
        }
        setenv("TZ", name, 1)
        tzset()
        defer {
            unsetenv("TZ")
            tzset()
        }
        // A change of offset is found to the second between two days that differ.
        let (first, last, step) = (time_t(631_152_000), time_t(4_102_444_800), time_t(86_400))
        let before = offset(at: first)
        var periods: [TimeZoneRule.Period] = []
        var current = before
        var day = first
        while day < last {
            let next = day + step
            let after = offset(at: next)
            if after != current {
                var (low, high) = (day, next)
                while high - low > 1 {
                    let middle = low + (high - low) / 2
                    if offset(at: middle) == current { low = middle } else { high = middle }
                }
                periods.append(.init(start: Int64(high) * 1_000, offset: Int64(after) * 1_000))
                current = after
            }
            day = next
        }
        return TimeZoneRule(name: name, before: Int64(before) * 1_000, periods: periods)
    }

    private static func offset(at instant: time_t) -> Int {
        var instant = instant
        var parts = tm()
        localtime_r(&instant, &parts)
        return Int(parts.tm_gmtoff)
    }

    private static func isRuleFile(_ path: String) -> Bool {
        Files.exists(path) && !Files.isFolder(path)
    }
}
