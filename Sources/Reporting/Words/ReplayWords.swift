import Cost
package import Decision
import Documents
import Estate

/// How a report says that sizes and idle hours were replayed.
enum ReplayWords {
    /// Where size and idle of a platform come from; nil where they follow from the workloads' own figures.
    static func basis(_ bill: PlatformBill, _ facts: ReplayFacts?) -> String? {
        guard let facts, let replay = bill.replay else { return nil }
        var text = "Derived: \(facts.basis(jobs: replay.jobs))"
        if let slots = replay.slots { text += ", \(slots) slots a GPU" }
        if replay.refused > 0 {
            text += "; \(counted(replay.refused, "job")) that no host of this platform can run left out"
        }
        return text + "."
    }

}

extension Report {
    /// What was replayed, and a line for each platform of the choice and of today; empty for a study without a trace.
    package static func replay(_ result: DecisionResult) -> [String] {
        guard let facts = result.replay else { return [] }
        var lines = facts.sentences
        for assignment in result.assignments where assignment.isChosen || assignment.isToday {
            for bill in assignment.platforms {
                guard let basis = ReplayWords.basis(bill, facts) else { continue }
                let hours = bill.hours
                func share(_ part: Double) -> String { NumberText.percent(part / max(hours.available, 1e-9), 0) }
                lines.append(
                    "\(assignment.isChosen ? "Choice" : "Today"), \(bill.model.title): \(NumberText.grouped(bill.gpus)) GPUs; "
                        + "useful \(share(hours.useful)), lost \(share(hours.lost)), allocated but idle "
                        + "\(share(hours.idleAllocated)), unallocated \(share(hours.idleUnallocated)). \(basis)"
                )
            }
        }
        return lines.map(plain)
    }

    /// Control characters of names as spaces, so that no trace moves the cursor.
    private static func plain(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
            )
        )
    }
}
