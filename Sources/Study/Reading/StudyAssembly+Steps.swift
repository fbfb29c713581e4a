import Documents

/// Steps that every section takes: each keeps its error and goes on.
extension StudyAssembly {
    /// A mapping whose keys are those of the schema; unknown keys are errors, and the rest is still read.
    func section(_ reader: Reader, _ schema: StudySchema.Section) -> ObjectReader? {
        for error in reader.unknownKeys(schema.names) { findings.add(error) }
        return findings.attempt { () throws(DocumentError) in try reader.mapping() }
    }

    /// The list at a place; nil where there is none.
    func list(_ reader: Reader?, maximum: Int) -> [Reader]? {
        guard let reader else { return nil }
        return findings.attempt { () throws(DocumentError) in try reader.array(maximum: maximum) } ?? []
    }

    /// What must stand under a key.
    func value<Result>(
        _ section: ObjectReader,
        _ name: String,
        expected: String,
        _ read: (Reader) throws(DocumentError) -> Result
    ) -> Result? {
        findings.attempt { () throws(DocumentError) in try read(try section.require(name, expected: expected)) }
    }

    /// What may stand at a place.
    func optional<Result>(_ reader: Reader?, _ read: (Reader) throws(DocumentError) -> Result) -> Result? {
        guard let reader else { return nil }
        return findings.attempt { () throws(DocumentError) in try read(reader) }
    }

    func integer(_ section: ObjectReader?, _ name: String, in range: ClosedRange<Int>) -> Int? {
        optional(section?[name]) { reader throws(DocumentError) in try reader.int(in: range) }
    }

    func flag(_ section: ObjectReader?, _ name: String) -> Bool? {
        optional(section?[name]) { reader throws(DocumentError) in try reader.flag() }
    }

    func day(_ section: ObjectReader?, _ name: String) -> CalendarDate? {
        optional(section?[name]) { reader throws(DocumentError) in try reader.calendarDate() }
    }

    func texts(_ section: ObjectReader?, _ name: String) -> [String] {
        optional(section?[name]) { reader throws(DocumentError) in try reader.texts() } ?? []
    }
}
