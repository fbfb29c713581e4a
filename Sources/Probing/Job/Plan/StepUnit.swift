/// The unit in which a job says its steps.
package struct StepUnit: Sendable, Hashable {
    /// As the user wrote it: `ms`, `tokens/s`.
    package let name: String
    /// What a step is multiplied by to stand in the record's unit.
    let scale: Double
    /// Whether it is work a time, of which more is better.
    package let isRate: Bool

    /// The unit that the record has: `s` for every time, the unit itself for a rate.
    package var recorded: String { isRate ? name : "s" }

    /// Reads a unit: `s`, `ms`, `us`, `ns`, `min`, `h`, or something a second such as `tokens/s`; nil for anything else.
    package init?(_ text: String) {
        let times = ["s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9, "min": 60, "h": 3600]
        if let scale = times[text] {
            (name, self.scale, isRate) = (text, scale, false)
            return
        }
        let work = text.hasSuffix("/s") ? text.dropLast(2) : ""
        let known = work.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) }
        guard !work.isEmpty, work.count <= 40, known else { return nil }
        (name, scale, isRate) = (text, 1, true)
    }

    /// Seconds.
    package static let seconds = StepUnit(secondsNamed: "s")

    private init(secondsNamed name: String) { (self.name, scale, isRate) = (name, 1, false) }

    /// A step in the record's unit.
    package func value(_ step: Double) -> Double { step * scale }
}
