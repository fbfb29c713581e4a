package import Documents

/// What was found in what a job said.
package struct StepFindings: Sendable, Hashable {
    /// The steps in the record's unit, in order.
    package var steps: [Double] = []
    /// The first thing that is no step.
    package var fault: String?
    /// Lines with the text before the pattern's capture and nothing that the capture takes.
    package var passedOver: PassedOver?

    /// Lines that mean to say a step and do not match.
    package struct PassedOver: Sendable, Hashable {
        /// How many.
        package var count: Int
        /// The first of them, from 1.
        package var first: Int
    }
}

/// Collects the steps that a job says, and what is wrong with them.
package struct StepCollector {
    /// What was found so far.
    package private(set) var findings = StepFindings()
    /// The steps in the record's unit, in order.
    package var steps: [Double] { findings.steps }
    /// The first thing that is no step.
    package var fault: String? { findings.fault }

    private let pattern: NumberPattern?
    private let unit: StepUnit

    /// A collector; the pattern is for lines of output.
    package init(pattern: NumberPattern?, unit: StepUnit) {
        self.pattern = pattern
        self.unit = unit
    }

    /// Takes a line of output; `isCut` says that it went on.
    package mutating func add(line: String, number: Int, isCut: Bool = false) {
        guard let pattern else { return }
        let place = "line \(number) of its output"
        switch pattern.find(in: line) {
        case .none: break
        case .passedOver:
            findings.passedOver = .init(
                count: (findings.passedOver?.count ?? 0) + 1,
                first: findings.passedOver?.first ?? number
            )
        case .number(let text) where isCut && line.hasSuffix(text):
            fail(
                "\(place) is longer than \(NumberText.grouped(StepLimits.longestLine)) bytes, and its step is cut there"
            )
        case .number(let text): add(text, place: place)
        case .part(let text, let whole):
            fail("\(place): \(NumberPattern.remedy(text, of: whole))")
        }
    }

    private mutating func fail(_ fault: String) {
        if findings.fault == nil { findings.fault = fault }
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
            return fail("it said more than \(NumberText.grouped(StepLimits.mostSteps)) steps; let it say fewer")
        }
        // Double's own reading would take 0x1p3 and infinity.
        let plain = text.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
        guard plain, let number = Double(text), number.isFinite else {
            return fail("\(place) gives '\(String(text.prefix(40)))' as a step, which is no number")
        }
        let value = unit.value(number)
        // What a record can hold; a step that took no time was not measured.
        guard value >= 1e-100, value <= 1e100 else {
            return fail("\(place) gives a step of \(NumberText.plain(number)) \(unit.name); expected more than 0")
        }
        findings.steps.append(value)
    }
}
