import Evidence
import Testing

@Suite("Times are RFC 3339")
struct TimestampTests {
    @Test(
        "known moments have their Unix seconds",
        arguments: [
            ("1970-01-01T00:00:00Z", 0.0), ("2000-02-29T12:00:00Z", 951_825_600),
            ("2026-03-01T09:30:00.25Z", 1_772_357_400.25),
            ("2026-03-01T09:30:00+02:00", 1_772_350_200), ("1999-12-31T23:59:60Z", 946_684_800),
            ("1900-01-01T00:00:00Z", -2_208_988_800), ("9999-12-31T23:59:59z", 253_402_300_799),
        ]
    )
    func known(text: String, seconds: Double) throws {
        let timestamp = try #require(Timestamp(text))
        #expect(timestamp.seconds == seconds)
        #expect(timestamp.description == text)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "2026-03-01", "2026-03-01T09:30:00", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-03-01T24:00:00Z", "2026-03-01T09:30:00.Z", "2026-03-01T09:30:00+2:00", "2026-03-01T09:30:00Zx",
            "２026-03-01T09:30:00Z", String(repeating: "2", count: 1_000),
        ]
    )
    func refused(text: String) { #expect(Timestamp(text) == nil) }
}
