import Documents

/// What a reading has found so far: errors, and notes for the report.
///
/// A class, so that the sections of one reading can add to it; it never leaves the reading.
final class Findings {
    private(set) var errors: [DocumentError] = []
    private(set) var notes: [String] = []
    /// Titles of the prices that a study without the book does not state.
    private(set) var leftOut: [String] = []
    /// Prices from the book that are older than ``PriceBook/staleYears`` at the study's date, by key.
    private(set) var stale: [(key: String, title: String)] = []

    func add(_ error: DocumentError) { errors.append(error) }

    func note(_ sentence: String) {
        if !notes.contains(sentence) { notes.append(sentence) }
    }

    func leaveOut(_ title: String) {
        if !leftOut.contains(title) { leftOut.append(title) }
    }

    func addStale(_ title: String, key: String) {
        if !stale.contains(where: { $0.title == title }) { stale.append((key, title)) }
    }

    /// The result of a step, or nil after keeping its error.
    func attempt<Result>(_ step: () throws(DocumentError) -> Result) -> Result? {
        do {
            return try step()
        } catch {
            errors.append(error)
            return nil
        }
    }
}
