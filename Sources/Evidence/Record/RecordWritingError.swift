package import Documents

/// Why a record is not written.
package enum RecordWritingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// It has no form as JSON.
    case spelling(JSONWritingError)
    /// What would be written could not be read again, with the reader's reason.
    case unreadable(String)
    /// What would be written would be read as something else.
    case altered

    /// What stands in the way, as a clause.
    package var description: String {
        switch self {
        case .spelling(let error): "it has no form as JSON: \(error)"
        case .unreadable(let problem): "it could not be read again: \(problem)"
        case .altered: "it would be read as another record than it is; this is a defect in Assay"
        }
    }
}
