/// A count with its noun, thousands separated: `1 key`, `2 keys`, `1,500 keys`.
///
/// - Parameters:
///   - count: How many there are.
///   - one: The noun of one.
///   - many: The noun of any other number; without it an `s` is put behind that of one.
/// - Returns: The words.
package func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
    "\(NumberText.grouped(count)) \(noun(for: Double(count), one, many))"
}

/// The same of a number that need not be whole: `1 synchronisation`, `2.5 synchronisations`.
package func counted(_ number: Double, _ one: String, _ many: String? = nil) -> String {
    "\(NumberText.plain(number)) \(noun(for: number, one, many))"
}

private func noun(for number: Double, _ one: String, _ many: String?) -> String {
    number == 1 ? one : many ?? one + "s"
}
