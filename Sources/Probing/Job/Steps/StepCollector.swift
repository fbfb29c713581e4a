internal import Documents

/// Collects the steps that a job says, and what is wrong with them.
package struct StepCollector {
    /// The steps in the record's unit, in order.
    package private(set) var steps: [Double] = []
    /// The first thing that is no step.
    package private(set) var fault: String?
    /// The last lines, for an error message.
    package private(set) var lastLines: [String] = []

    private let pattern: StepPattern?
    private let unit: StepUnit
    private var lines = 0

    /// A collector; without a pattern it only keeps the last lines.
    package init(pattern: StepPattern?, unit: StepUnit) {
        self.pattern = pattern
        self.unit = unit
    }

    /// Takes a line of output.
    package mutating func add(line: String) {
        lines += 1
        if lastLines.count == StepLimits.keptLines { lastLines.removeFirst() }
        lastLines.append(String(decoding: line.utf8.prefix(StepLimits.keptBytes), as: UTF8.self))
        guard let pattern, let text = pattern.capture(line) else { return }
        add(text, place: "line \(lines) of its output")
    }

    /// Takes the content of a step file.
    package mutating func add(file content: String) {
        var number = 0
        for line in content.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            let text = trimmed(Array(line.utf8))
            if !text.isEmpty { add(text, place: "line \(number) of the step file") }
        }
    }

    private mutating func add(_ text: String, place: String) {
        guard fault == nil else { return }
        guard steps.count < StepLimits.mostSteps else {
            fault = "it said more than \(NumberText.grouped(StepLimits.mostSteps)) steps; let it say fewer"
            return
        }
        // Double's own reading would take 0x1p3 and infinity.
        let plain = text.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
        guard plain, let number = Double(text), number.isFinite else {
            fault = "\(place) gives '\(String(text.prefix(40)))' as a step, which is no number"
            return
        }
        let value = unit.value(number)
        // What a record can hold; a step that took no time was not measured.
        guard value >= 1e-100, value <= 1e100 else {
            fault = "\(place) gives a step of \(NumberText.plain(number)) \(unit.name); expected more than 0"
            return
        }
        steps.append(value)
    }
}
