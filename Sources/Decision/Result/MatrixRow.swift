/// One line of the qualitative matrix.
package struct MatrixRow: Sendable {
    package enum Side: String, Sendable, Hashable { case bareMetal = "bare-metal", virtualized }
    package enum Cell: String, Sendable, Hashable { case met, notMet = "not-met", unknown }
    package var side: Side
    package var reason: String
    package var cell: Cell
    package var evidence: String

    /// Makes one from its parts.
    package init(
        side: Side,
        reason: String,
        cell: Cell,
        evidence: String
    ) {
        self.side = side
        self.reason = reason
        self.cell = cell
        self.evidence = evidence
    }
}

/// A question every reader has, answered for this estate.
package struct QuestionAnswer: Sendable {
    package var question: String
    /// `not measured` where the evidence is missing.
    package var answer: String

    /// Makes one from its parts.
    package init(
        question: String,
        answer: String
    ) {
        self.question = question
        self.answer = answer
    }
}
