package import Documents
internal import Evidence

extension JobRun {
    /// The run as one line of a journal, or of an answer over a wire; what it printed is not in it.
    package var json: JSON {
        .fields([
            "number": .integer(slot.number),
            "arm": .string(slot.arm.rawValue),
            "warm_up": .bool(slot.isWarmUp),
            "pair": slot.pair.map { .integer($0) },
            "attempt": .integer(slot.attempt),
            "started": .string(started),
            "boot": .string(boot),
            "wall_s": .number(wallSeconds),
            "steps": .array(steps.map { .number($0) }),
            "readings": .object(readings.map { JSONMember($0.metric.rawValue, .number($0.value)) }),
            "conditions": .object(conditions.map { JSONMember($0.name, .string($0.value)) }),
            "passed_over": passedOver.map { .fields(["lines": .integer($0.count), "first": .integer($0.first)]) },
            "left_running": leftOvers.isEmpty ? nil : .integer(leftOvers.count),
            "refused": refusal.map {
                .fields(["fault": .string($0.fault.rawValue), "reason": .string($0.reason)])
            },
        ])
    }

    /// Reads what ``json`` wrote.
    package init(_ reader: Reader) throws(DocumentError) {
        let object = try reader.object([
            "number", "arm", "warm_up", "pair", "attempt", "started", "boot", "wall_s", "steps", "readings",
            "conditions", "passed_over", "left_running", "refused",
        ])
        let counts = 1...10_000_000
        let slot = JobSlot(
            number: try object.require("number").int(in: counts),
            arm: try object.require("arm").choice("arm"),
            isWarmUp: try object.require("warm_up").bool(),
            pair: try object["pair"]?.int(in: counts),
            attempt: try object.require("attempt").int(in: counts)
        )
        self.init(
            slot: slot,
            started: try object.require("started").nonEmptyString(),
            boot: try object.require("boot").nonEmptyString(),
            wallSeconds: try object.require("wall_s").double(in: 0...1e9)
        )
        steps = try object.require("steps").doubles(in: 0...1e100, maximum: StepLimits.mostSteps)
        for member in try object.require("readings").mapping(maximum: 1000).members {
            guard let metric = JobMetric(rawValue: member.key) else {
                throw member.reader.fail("'\(member.key)' is not a counter of this version")
            }
            readings.append(JobReading(metric, try member.reader.double(in: 0...1e100)))
        }
        for member in try object.require("conditions").mapping(maximum: 1000).members {
            conditions.append(Condition(name: member.key, value: try member.reader.string()))
        }
        if let passed = try object["passed_over"]?.object(["lines", "first"]) {
            let lines = 1...(1 << 52)
            passedOver = .init(
                count: try passed.require("lines").int(in: lines),
                first: try passed.require("first").int(in: lines)
            )
        }
        // Their names are not stored.
        let left = try object["left_running"]?.int(in: 1...counts.upperBound) ?? 0
        leftOvers = Array(repeating: "", count: min(left, 10_000))
        if let refused = object["refused"] {
            let parts = try refused.object(["fault", "reason"])
            refusal = Refusal(
                try parts.require("fault").choice("fault"),
                try parts.require("reason").nonEmptyString()
            )
        }
    }
}
