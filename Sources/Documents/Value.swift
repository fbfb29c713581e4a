/// One value of a parsed file, with the place where it stands.
///
/// Every format of ours (JSON, YAML) is parsed into this tree and decoded through ``Reader``, so an error can always
/// name its line.
package struct Value: Sendable, Hashable {
    /// What stands there.
    package var content: Content
    /// The line on which the value begins, from 1.
    package var line: Int
    /// The column at which the value begins, from 1; in JSON it counts UTF-8 bytes.
    package var column: Int

    /// A value at a place; lines and columns count from 1.
    package init(_ content: Content, line: Int, column: Int) {
        self.content = content
        self.line = line
        self.column = column
    }
}

/// The kinds of value a file can hold.
///
/// Numbers are finite. No literal is kept: whole numbers are exact up to 2^53 - 1, and ``Reader/int(in:)`` refuses
/// larger ones instead of rounding them.
package enum Content: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case sequence([Value])
    case mapping([Member])
}

/// One `key: value` of a mapping; mappings keep the file's order.
package struct Member: Sendable, Hashable {
    /// The key, as written.
    package var key: String
    /// The line of the key, from 1.
    package var line: Int
    /// The column of the key, from 1; in JSON it counts UTF-8 bytes.
    package var column: Int
    /// What the key stands for.
    package var value: Value

    /// A member whose key stands at a place; lines and columns count from 1.
    package init(key: String, line: Int, column: Int, value: Value) {
        self.key = key
        self.line = line
        self.column = column
        self.value = value
    }
}

extension [Member] {
    /// The first member whose key stands earlier in the list too, or nil when all keys differ.
    ///
    /// Keys that differ only in how Unicode composes their characters count as the same: a reader cannot tell them
    /// apart.
    package var firstDuplicate: Member? {
        guard count > 12 else {
            for index in indices.dropFirst() where self[..<index].contains(where: { $0.key == self[index].key }) {
                return self[index]
            }
            return nil
        }
        var seen = Set<String>(minimumCapacity: count)
        return first { !seen.insert($0.key).inserted }
    }
}
