/// A cursor on one value of a file: the one way every format of ours is decoded.
///
/// Each method either returns what it names or throws an error that says where, what was found and what was expected.
package struct Reader: Sendable {
    /// The value under the cursor.
    package let value: Value
    /// The file as the user named it.
    package let file: String
    // The path is assembled only when an error or a caller asks for it: a record has hundreds of thousands of values.
    private let trail: Trail?

    /// A cursor on the root of a file.
    package init(_ value: Value, file: String) {
        self.init(value, file: file, trail: nil)
    }

    init(_ value: Value, file: String, trail: Trail?) {
        self.value = value
        self.file = file
        self.trail = trail
    }

    /// Where the cursor stands, such as `workloads[2].class`; empty at the root.
    package var path: String { trail?.description ?? "" }

    /// The line on which the value begins, from 1.
    package var line: Int { value.line }

    /// Whether the value is an explicit null.
    package var isNull: Bool { value.content == .null }

    /// Whether the value is a list.
    package var isArray: Bool {
        if case .sequence = value.content { true } else { false }
    }

    /// Whether the value is a mapping.
    package var isObject: Bool {
        if case .mapping = value.content { true } else { false }
    }

    /// Whether the value is text.
    package var isString: Bool {
        if case .string = value.content { true } else { false }
    }

    /// Whether the value is a number.
    package var isNumber: Bool {
        if case .number = value.content { true } else { false }
    }

    /// The error of this place, for a problem that only the caller can see.
    package func fail(_ problem: String) -> DocumentError {
        DocumentError(file: file, line: line, path: path, problem: problem)
    }

    /// What stands here, for a message: `'text'`, `12.5`, `a list of 3 values`.
    package var found: String { value.content.summary }

    // MARK: Containers

    /// The mapping here, all of whose keys must be in `known`.
    ///
    /// - Throws: for another kind of value, and for an unknown key, with the nearest known key or the list of them.
    package func object(_ known: [String]) throws(DocumentError) -> ObjectReader {
        let object = try mapping(maximum: .max)
        if let member = object.list.first(where: { !known.contains($0.key) }) {
            throw DocumentError(
                file: file,
                line: member.line,
                path: path,
                problem:
                    "\(quoted(member.key)) is not a key here; \(suggestion(member.key, known, or: "known keys are"))"
            )
        }
        return object
    }

    /// The mapping here, whatever its keys: for maps from names that the user chooses.
    package func mapping(maximum: Int = 100_000) throws(DocumentError) -> ObjectReader {
        guard case .mapping(let members) = value.content else { throw unexpected("a mapping of keys to values") }
        guard members.count <= maximum else {
            throw fail("has \(counted(members.count, "key")); at most \(maximum) are read")
        }
        return ObjectReader(reader: self, list: members, trail: trail)
    }

    /// The elements of the list here.
    ///
    /// - Throws: for another kind of value, and for more than `maximum` elements.
    package func array(maximum: Int = 1_000_000) throws(DocumentError) -> [Reader] {
        let (elements, parent) = (try elements(maximum), trail)
        return elements.enumerated().map { index, element in
            Reader(element, file: file, trail: Trail(parent, .index(index)))
        }
    }

    private func elements(_ maximum: Int) throws(DocumentError) -> [Value] {
        guard case .sequence(let elements) = value.content else { throw unexpected("a list") }
        guard elements.count <= maximum else {
            throw fail("has \(counted(elements.count, "value")); at most \(maximum) are read")
        }
        return elements
    }

    // MARK: Scalars

    /// The text here, possibly empty.
    package func string() throws(DocumentError) -> String {
        guard case .string(let text) = value.content else { throw unexpected("text") }
        return text
    }

    /// The text here, which must hold something besides spaces.
    package func nonEmptyString() throws(DocumentError) -> String {
        let text = try string()
        guard text.contains(where: { !$0.isWhitespace }) else { throw fail("is empty; write at least one character") }
        return text
    }

    /// The finite number here, in `range` where one is given; the unit only words the error.
    package func double(in range: ClosedRange<Double>? = nil, unit: String = "") throws(DocumentError) -> Double {
        guard case .number(let number) = value.content else {
            throw unexpected(unit.isEmpty ? "a number" : "a number (the unit is \(unit); write the number alone)")
        }
        // JSON cannot spell these, YAML can.
        guard number.isFinite else { throw fail("\(found) is not finite; write a finite number") }
        if let range, !range.contains(number) {
            throw fail(outside(NumberText.plain(number), range: range, unit: unit))
        }
        return number
    }

    /// The whole number here, in `range` where one is given.
    ///
    /// - Throws: for fractions, and for whole numbers beyond 2^53 - 1, which a file's numbers do not carry exactly.
    package func int(in range: ClosedRange<Int>? = nil) throws(DocumentError) -> Int {
        guard case .number(let number) = value.content else { throw unexpected("a whole number") }
        guard let whole = Int(exactly: number) else { throw unexpected("a whole number") }
        guard whole.magnitude < 1 << 53 else {
            throw fail("\(NumberText.plain(number)) is too large; whole numbers go to 9007199254740991")
        }
        if let range, !range.contains(whole) {
            throw fail(outside("\(whole)", range: Double(range.lowerBound)...Double(range.upperBound), unit: ""))
        }
        return whole
    }

    /// The truth value here.
    package func bool() throws(DocumentError) -> Bool {
        guard case .bool(let flag) = value.content else { throw unexpected("true or false") }
        return flag
    }

    /// The case of `Choice` whose raw value stands here; `noun` names the kind of thing, without an article.
    ///
    /// - Throws: with the nearest raw value, or with all of them: `'trainning' is not a workload class; did you mean
    ///   'training'?`
    package func choice<Choice: RawRepresentable & CaseIterable>(
        _ noun: String
    ) throws(DocumentError) -> Choice where Choice.RawValue == String {
        let words = Choice.allCases.map(\.rawValue)
        guard case .string(let text) = value.content else {
            throw fail("\(found) is not \(article(noun)); expected \(alternatives(words))")
        }
        guard let choice = Choice(rawValue: text) else {
            throw fail("\(quoted(text)) is not \(article(noun)); \(suggestion(text, words, or: "expected"))")
        }
        return choice
    }

    // MARK: Columns of numbers

    /// The numbers of the list here, without a cursor for each: for series of samples.
    package func doubles(
        in range: ClosedRange<Double>? = nil,
        unit: String = "",
        maximum: Int = 1_000_000
    ) throws(DocumentError) -> [Double] {
        let elements = try elements(maximum)
        var numbers: [Double] = []
        numbers.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            if case .number(let number) = element.content, number.isFinite, range?.contains(number) ?? true {
                numbers.append(number)
            } else {
                numbers.append(try self.element(index, element).double(in: range, unit: unit))
            }
        }
        return numbers
    }

    /// The whole numbers of the list here, without a cursor for each.
    package func ints(in range: ClosedRange<Int>? = nil, maximum: Int = 1_000_000) throws(DocumentError) -> [Int] {
        let elements = try elements(maximum)
        var numbers: [Int] = []
        numbers.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            numbers.append(try self.element(index, element).int(in: range))
        }
        return numbers
    }

    private func element(_ index: Int, _ value: Value) -> Reader {
        Reader(value, file: file, trail: Trail(trail, .index(index)))
    }

    // MARK: Messages

    /// The error for a value of the wrong kind; `expected` carries its article.
    package func unexpected(_ expected: String) -> DocumentError {
        fail("\(found) is not \(expected)")
    }

    private func outside(_ found: String, range: ClosedRange<Double>, unit: String) -> String {
        let unit = unit.isEmpty ? "" : " \(unit)"
        // Bounds beyond what a file can carry are no bounds to the reader of the message.
        let low = range.lowerBound <= -0x1p53 ? nil : NumberText.plain(range.lowerBound)
        let high = range.upperBound >= 0x1p53 ? nil : NumberText.plain(range.upperBound)
        switch (low, high) {
        case (let low?, let high?): return "\(found)\(unit) is out of range; expected \(low) to \(high)\(unit)"
        case (let low?, nil): return "\(found)\(unit) is too small; expected \(low)\(unit) or more"
        case (nil, let high?): return "\(found)\(unit) is too large; expected \(high)\(unit) or less"
        case (nil, nil): return "\(found)\(unit) is out of range"
        }
    }
}

/// What to write instead: the nearest word, or all of them.
func suggestion(_ word: String, _ known: [String], or introduction: String) -> String {
    guard let near = nearest(word, in: known) else { return "\(introduction) \(alternatives(known))" }
    return "did you mean \(quoted(near))?"
}

/// A noun with its indefinite article.
func article(_ noun: String) -> String {
    let vowel = noun.first.map { "aeioAEIO".contains($0) } ?? false
    return (vowel ? "an " : "a ") + noun
}

extension Content {
    /// The content in a few words, for messages.
    var summary: String {
        switch self {
        case .null: "nothing (null)"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let number): NumberText.plain(number)
        case .string(let text): quoted(text)
        case .sequence(let elements):
            elements.isEmpty ? "an empty list" : "a list of \(counted(elements.count, "value"))"
        case .mapping(let members):
            members.isEmpty ? "an empty mapping" : "a mapping of \(counted(members.count, "key"))"
        }
    }
}
