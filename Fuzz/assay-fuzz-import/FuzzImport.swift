import Documents
import Evidence
import Glibc
import Importing

/// What is fuzzed.
private enum Fuzzed {
    case importer(any Importer.Type)
    case cluster(ClusterFormat)
}

/// The format that is fuzzed: `ASSAY_FUZZ_FORMAT` names it.
private let fuzzed: Fuzzed = {
    let name = getenv("ASSAY_FUZZ_FORMAT").map { String(cString: $0) } ?? ""
    if let importer = ImporterRegistry.importer(named: name) { return .importer(importer) }
    if let format = ClusterFormat(rawValue: name) { return .cluster(format) }
    fatalError("ASSAY_FUZZ_FORMAT is '\(name)', which is no format")
}()

/// Reads the bytes in pieces; what is accepted must become a record that can be read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzImport(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let head = ImportHead(bytes, isWhole: true)
    _ = ImporterRegistry.all.count { $0.recognises(head) }
    _ = ClusterFormat.recognised(head)
    do {
        switch fuzzed {
        case .importer(let type): try fuzzRecord(type, bytes)
        case .cluster(let format): try fuzzCluster(format, bytes)
        }
    } catch {
        precondition(!error.problem.isEmpty, "an error without words")
    }
    return 0
}

private func fuzzRecord(_ type: any Importer.Type, _ bytes: [UInt8]) throws(DocumentError) {
    let piece = 1 + bytes.count % 97
    var importer = try type.init(file: "fuzz", options: ImportOptions())
    var at = 0
    while at < bytes.count {
        let end = min(bytes.count, at + piece)
        try importer.consume(Array(bytes[at..<end]))
        at = end
    }
    var assembly = RecordAssembly(options: ImportOptions())
    try assembly.add(try importer.finish(), format: type.format, file: "fuzz", sha256: "sha256:0")
    let record: Record
    do {
        record = try assembly.finish(tool: .init(name: "fuzz", version: "1"))
    } catch {
        // Facts alone make no record.
        return
    }
    guard let encoded = try? record.encoded(), let again = try? Record.read(encoded, file: "again"),
        again.id == record.id
    else {
        fatalError("the record cannot be read again")
    }
}
