/// Host names, in the form that Slurm uses: `gpu[01-08],login1,n[1-3,7]`.
///
/// The names are in the order of the text, each once, each a plausible host name. Several brackets in one name count
/// like an odometer, the last one fastest: `r[1-2]n[1-2]` is r1n1, r1n2, r2n1, r2n2.
package struct Hostlist: Sendable, Hashable {
    /// The most names that a list may have.
    package static let maximumCount = 100_000
    /// The longest name, as in DNS.
    package static let maximumNameLength = 253

    /// The names, in order, without duplicates.
    package let names: [String]

    /// Reads the Slurm form.
    ///
    /// A number that begins with 0 sets the width of its range: `[08-12]` is 08 to 12, `[8-12]` is 8 to 12.
    ///
    /// - Throws: ``HostlistError`` with the position, for an empty list or name, a character that host names do not
    ///   have, an open bracket, a range that runs backwards, a name that appears twice, more than ``maximumCount``
    ///   names, or a name longer than ``maximumNameLength``.
    package init(parsing text: String) throws(HostlistError) {
        var parser = HostlistParser(text)
        names = try parser.parse()
    }

    /// Takes names that are already apart.
    ///
    /// - Throws: ``HostlistError``, whose position is that of the name in the list, on the same terms as
    ///   ``init(parsing:)``.
    package init(names: [String]) throws(HostlistError) {
        guard !names.isEmpty else { throw HostlistError(position: 1, problem: "the list names no host") }
        guard names.count <= Self.maximumCount else { throw HostlistParser.tooMany(at: 1) }
        var seen: Set<String> = []
        for (index, name) in names.enumerated() {
            let shape =
                HostlistParser.canBegin(name) && name.utf8.count <= Self.maximumNameLength
                && name.utf8.allSatisfy(HostlistParser.isNameByte)
            guard shape else {
                throw HostlistError(
                    position: index + 1,
                    problem: "host \(index + 1) of the list is not a host name; use letters, digits, '.', '-' and '_'"
                )
            }
            guard seen.insert(name).inserted else { throw HostlistParser.twice(name, at: index + 1) }
        }
        self.names = names
    }

    /// How many hosts there are.
    package var count: Int { names.count }
}

extension Hostlist: CustomStringConvertible {
    /// The shortest Slurm form that keeps the order: runs of consecutive numbers become ranges.
    package var description: String {
        var writer = HostlistWriter()
        for name in names { writer.append(name) }
        return writer.finish()
    }
}
