/// A JSON value to write.
///
/// There is no null on purpose: what is not known is left out (``fields(_:)``). Numbers that are not finite and whole
/// numbers beyond 2^53 - 1 can be held but not written: writing them throws, rather than write something else.
package enum JSON: Sendable, Hashable {
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([JSONMember])

    /// An object of the members that have a value, in the order given.
    package static func fields(_ members: KeyValuePairs<String, JSON?>) -> JSON {
        .object(members.compactMap { key, value in value.map { JSONMember(key, $0) } })
    }

    /// The number, or nil when it is not finite: for ``fields(_:)``, which then leaves the key out.
    package static func finite(_ number: Double?) -> JSON? {
        number.flatMap { $0.isFinite ? .number($0) : nil }
    }

    /// What was read, as something to write; nil when a null is anywhere in it.
    package init?(_ value: Value) {
        switch value.content {
        case .null: return nil
        case .bool(let flag): self = .bool(flag)
        case .number(let number):
            let whole = Int(exactly: number).flatMap { $0.magnitude < 1 << 53 ? $0 : nil }
            self = whole.map(JSON.integer) ?? .number(number)
        case .string(let text): self = .string(text)
        case .sequence(let elements):
            var items: [JSON] = []
            items.reserveCapacity(elements.count)
            for element in elements {
                guard let item = JSON(element) else { return nil }
                items.append(item)
            }
            self = .array(items)
        case .mapping(let members):
            var items: [JSONMember] = []
            items.reserveCapacity(members.count)
            for member in members {
                guard let item = JSON(member.value) else { return nil }
                items.append(JSONMember(member.key, item))
            }
            self = .object(items)
        }
    }
}

/// One `"key": value` of an object to write.
package struct JSONMember: Sendable, Hashable {
    /// The key.
    package var key: String
    /// What the key stands for.
    package var value: JSON

    /// A member.
    package init(_ key: String, _ value: JSON) {
        self.key = key
        self.value = value
    }
}

extension JSON: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    /// `true` or `false`.
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A whole number.
    package init(integerLiteral value: Int) { self = .integer(value) }
    /// A number.
    package init(floatLiteral value: Double) { self = .number(value) }
    /// Text.
    package init(stringLiteral value: String) { self = .string(value) }
    /// A list.
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    /// An object; its keys keep their order.
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { JSONMember($0.0, $0.1) })
    }
}
