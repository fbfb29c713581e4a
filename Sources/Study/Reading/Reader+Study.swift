import Documents

extension Reader {
    /// A date such as `2026-11-22` or `2026-11`.
    func calendarDate() throws(DocumentError) -> CalendarDate {
        guard isString, let date = CalendarDate(try string()) else {
            throw unexpected("a date such as 2026-11-22, between the years 1970 and 2200")
        }
        return date
    }

    /// An ISO 4217 code: three capital letters.
    func currencyCode() throws(DocumentError) -> String {
        guard isString else { throw unexpected("a currency code such as USD") }
        let code = try string()
        guard code.utf8.count == 3, code.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
        else {
            throw unexpected("a currency code such as USD")
        }
        return code
    }

    /// A truth value; `yes` and `no` are told to be text in a study.
    func flag() throws(DocumentError) -> Bool {
        if isString, let text = try? string() {
            switch text.lowercased() {
            case "yes", "on", "y": throw fail("\(quoted(text)) is text here; write true")
            case "no", "off", "n": throw fail("\(quoted(text)) is text here; write false")
            default: break
            }
        }
        return try bool()
    }

    /// One text, or a list of them without repeats.
    func texts(maximum: Int = 1_000) throws(DocumentError) -> [String] {
        guard isArray else { return [try nonEmptyString()] }
        var list: [String] = []
        for element in try array(maximum: maximum) {
            let text = try element.nonEmptyString()
            guard !list.contains(text) else { throw element.fail("\(quoted(text)) stands twice; remove one") }
            list.append(text)
        }
        return list
    }

    /// An error for each key here that is not in `known`, at the line of that key.
    func unknownKeys(_ known: [String]) -> [DocumentError] {
        guard case .mapping(let members) = value.content else { return [] }
        return members.filter { !known.contains($0.key) }.map { member in
            let near = nearest(member.key, in: known)
            let remedy = near.map { "did you mean '\($0)'?" } ?? "known keys are \(known.joined(separator: ", "))"
            return DocumentError(
                file: file,
                line: member.line,
                path: path,
                problem: "\(quoted(member.key)) is not a key here; \(remedy)"
            )
        }
    }
}
