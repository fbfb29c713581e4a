/// A MIG profile as people, drivers and schedulers write it: `1g.10gb`, `MIG 1g.10gb`, `1g.10gb+me`, `1g.10gb.me`,
/// `nvidia.com/mig-1g.10gb`, `a100_3g.39gb`.
///
/// Drivers name the memory of one profile differently (3g.40gb is 3g.39gb under another), so a name that the catalogue
/// does not have is looked up by compute slices, flags and about this much memory.
package struct MIGProfileName: Sendable, Hashable {
    /// Compute slices.
    package let computeSlices: Int
    /// Memory in the name, in GB.
    package let memoryGB: Int
    /// What follows: sorted raw values of ``MIGProfile/Flag``.
    package let flags: [String]

    /// Reads a name; nil where it is not one.
    package init?(_ text: String) {
        guard text.utf8.count <= 100 else { return nil }
        var rest = Substring(text.lowercased())
        for separator in ["mig-", "mig ", "_"] {
            if let range = rest.lastRange(of: separator) { rest = rest[range.upperBound...] }
        }
        guard let slices = Self.number(&rest), rest.hasPrefix("g.") else { return nil }
        rest.removeFirst(2)
        guard let memory = Self.number(&rest), rest.hasPrefix("gb") else { return nil }
        rest.removeFirst(2)
        var flags: [String] = []
        if !rest.isEmpty {
            let known = [
                "+me.all": "me.all", ".me.all": "me.all", "+me": "me", ".me": "me", "-me": "no-me", "+gfx": "gfx",
                ".gfx": "gfx",
            ]
            guard let flag = known[String(rest)] else { return nil }
            flags = [flag]
        }
        (computeSlices, memoryGB, self.flags) = (slices, memory, flags)
    }

    private static func number(_ text: inout Substring) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits.count <= 4 else { return nil }
        text = text.dropFirst(digits.count)
        return Int(digits)
    }
}

extension Substring {
    /// The last place at which a text stands.
    fileprivate func lastRange(of text: String) -> Range<Index>? {
        var end = endIndex
        while end >= startIndex {
            let tail = self[..<end]
            if tail.hasSuffix(text) { return index(end, offsetBy: -text.count)..<end }
            guard end > startIndex else { return nil }
            end = index(before: end)
        }
        return nil
    }
}

extension MIGGeometry {
    /// The profile that a name means: exactly, else by compute slices, flags and memory within 5 %.
    ///
    /// - Throws: ``CatalogueError/unknownProfile(_:gpu:suggestion:)`` with the nearest profile.
    package func profile(meaning name: String) throws(CatalogueError) -> MIGProfile {
        try match(name).profile
    }

    /// The profile that a name means, and by how many GB their names differ.
    ///
    /// - Throws: as ``profile(meaning:)``.
    package func match(_ name: String) throws(CatalogueError) -> (profile: MIGProfile, apartGB: Int) {
        if let exact = profiles.first(where: { $0.name == name }) { return (exact, 0) }
        guard let wanted = MIGProfileName(name) else { return (try profile(named: name), 0) }
        var best: (profile: MIGProfile, apartGB: Int)?
        for profile in profiles {
            guard let has = MIGProfileName(profile.name), has.computeSlices == wanted.computeSlices,
                has.flags == wanted.flags
            else { continue }
            let apart = abs(has.memoryGB - wanted.memoryGB)
            guard apart * 20 <= max(has.memoryGB, wanted.memoryGB), apart < best?.apartGB ?? .max else { continue }
            best = (profile, apart)
        }
        guard let best else { return (try profile(named: name), 0) }
        return best
    }
}
