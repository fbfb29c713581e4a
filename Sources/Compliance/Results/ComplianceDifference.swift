package import Documents

/// What changed between two outputs of `assay comply`.
package struct ComplianceDifference: Sendable, Hashable {
    /// One result whose status differs, that is new, or that is gone.
    package struct Change: Sendable, Hashable {
        /// The control, model and workload.
        package let name: String
        /// The status before; nil where it was not there.
        package let before: String?
        /// The status after; nil where it is gone.
        package let after: String?
        /// The reason before, or after where it is new.
        package let was: String
        /// The reason after, empty where it is gone.
        package let now: String

        /// Whether it was supported and is not any more, or is contradicted now.
        package var isWorse: Bool {
            guard let after else { return before == "supported" }
            return before != after && (after == "contradicted" || before == "supported" && after != "not-applicable")
        }
    }

    /// The day of the earlier output.
    package let before: String
    /// The day of the later one.
    package let after: String
    /// Results whose status changed, in the order of the later output, then those that are gone.
    package let changes: [Change]
    /// Lines of evidence whose value changed: `icu01 secure_boot: on → off`.
    package let lines: [String]
    /// Results that are the same in both.
    package let unchanged: Int

    /// What differs between two `comply.json`.
    package init(_ before: ComplianceOutline, _ after: ComplianceOutline) {
        self.before = before.asOf
        self.after = after.asOf
        var changes: [Change] = []
        var unchanged = 0
        let old = Dictionary(before.results.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let new = Set(after.results.map(\.name))
        for result in after.results {
            guard let was = old[result.name] else {
                changes.append(
                    Change(name: result.name, before: nil, after: result.status, was: "", now: result.reason)
                )
                continue
            }
            if was.status == result.status {
                unchanged += 1
            } else {
                changes.append(
                    Change(
                        name: result.name,
                        before: was.status,
                        after: result.status,
                        was: was.reason,
                        now: result.reason
                    )
                )
            }
        }
        for result in before.results where !new.contains(result.name) {
            changes.append(Change(name: result.name, before: result.status, after: nil, was: result.reason, now: ""))
        }
        self.changes = changes
        self.unchanged = unchanged
        let values = Dictionary(before.lines.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        let later = Set(after.lines.map(\.name))
        lines =
            after.lines.compactMap { line in
                guard let was = values[line.name] else { return "\(line.name): new: \(line.value)" }
                return was == line.value ? nil : "\(line.name): \(was) → \(line.value)"
            } + before.lines.filter { !later.contains($0.name) }.map { "\($0.name): \($0.value) → not collected" }
    }

    /// The difference as one object.
    package var json: JSON {
        .fields([
            "before": .string(before), "after": .string(after), "unchanged": .integer(unchanged),
            "changes": .array(
                changes.map { change in
                    .fields([
                        "result": .string(change.name), "before": change.before.map { .string($0) },
                        "after": change.after.map { .string($0) }, "worse": .bool(change.isWorse),
                        "was": change.was.isEmpty ? nil : .string(change.was),
                        "now": change.now.isEmpty ? nil : .string(change.now),
                    ])
                }
            ),
            "evidence": .array(lines.map { .string($0) }),
        ])
    }
}

/// As much of a `comply.json` as a difference needs.
package struct ComplianceOutline: Sendable, Hashable {
    /// One result.
    struct Result: Sendable, Hashable {
        let name: String
        let status: String
        let reason: String
    }

    /// One line of evidence.
    struct Line: Sendable, Hashable {
        let name: String
        let value: String
    }

    /// The moment that it is of.
    package let asOf: String
    let results: [Result]
    let lines: [Line]

    /// Reads a `comply.json`.
    package init(_ value: Value, file: String) throws(DocumentError) {
        let reader = Reader(value, file: file)
        let root = try reader.mapping()
        guard root.has("assay_comply") else {
            throw reader.fail("is not an output of 'assay comply': the key 'assay_comply' is missing")
        }
        let version = try root.require("assay_comply")
        guard try version.int() == ComplianceResult.formatVersion else {
            throw version.fail("\(version.found) is not a version that this program reads; expected 1")
        }
        asOf = try root.require("as_of").string()
        var results: [Result] = []
        for reader in try root.require("results").array() {
            let fields = try reader.mapping()
            let status: ControlResult.Status = try fields.require("status").choice("status")
            let parts = [
                try fields.require("control").string(), try fields.require("model").string(),
                try fields["workload"]?.string(),
            ]
            results.append(
                Result(
                    name: parts.compactMap { $0 }.joined(separator: ", "),
                    status: status.rawValue,
                    reason: try fields.require("reason").string()
                )
            )
        }
        self.results = results
        var lines: [Line] = []
        for reader in try root.require("lines").array() {
            let fields = try reader.mapping()
            lines.append(
                Line(
                    name: "\(try fields.require("host").string()) \(try fields.require("fact").string()) "
                        + "(\(try fields.require("source").string()))",
                    value: try fields.require("value").string()
                )
            )
        }
        self.lines = lines
    }
}
