import Documents
package import Evidence

extension Files {
    /// A record and the path that it is for.
    package typealias RecordOutput = (path: String, record: Record)

    /// Writes records, each whole; none where one of them could not be read again.
    package static func write(_ records: [RecordOutput]) throws(Failure) {
        var outputs: [Output] = []
        for (path, record) in records { outputs.append(try output(record, for: path)) }
        for output in outputs { try write(output) }
    }

    /// A record as a file to write: its bytes are read back first.
    static func output(_ record: Record, for path: String) throws(Failure) -> Output {
        do {
            return Output(path, bytes: try record.encoded())
        } catch {
            throw .input(["\(path): the record is not written, for \(error)"])
        }
    }
}

extension JSON {
    /// The object of a measurement with the record that holds it: `file` and `id` first.
    func naming(_ record: Record, at path: String) -> JSON {
        guard case .object(let members) = self else { return self }
        return .object([JSONMember("file", .string(path)), JSONMember("id", .string(record.id))] + members)
    }
}
