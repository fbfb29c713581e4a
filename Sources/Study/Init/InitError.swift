/// An answer that is not understood, in one sentence: what was found, what was expected.
package struct InitError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The question whose answer it is.
    package let question: InitQuestion
    package let description: String

    init(_ question: InitQuestion, _ description: String) {
        self.question = question
        self.description = description
    }
}
