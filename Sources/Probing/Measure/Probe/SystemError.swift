internal import CProbe

/// The system's words for an error number: `No space left on device`.
func systemError(_ number: some BinaryInteger) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    assay_error_text(Int32(clamping: number), &buffer, buffer.count)
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
