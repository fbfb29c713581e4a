internal import Crypto
internal import Glibc

/// What is in a file, by its hash: whether two machines see the same.
package struct FileDigest: Sendable, Hashable {
    /// The size in bytes.
    package var bytes: Int
    /// SHA-256 as 64 hexadecimal digits.
    package var sha256: String

    /// From its parts.
    package init(bytes: Int, sha256: String) {
        self.bytes = bytes
        self.sha256 = sha256
    }

    /// Reads a file.
    ///
    /// - Returns: nil where it cannot be read to its end.
    package init?(ofFile path: String) {
        guard let handle = fopen(path, "rb") else { return nil }
        defer { fclose(handle) }
        var hash = SHA256()
        var total = 0
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = buffer.withUnsafeMutableBytes { fread($0.baseAddress, 1, $0.count, handle) }
            buffer.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            total += count
            if count < buffer.count { break }
        }
        guard ferror(handle) == 0 else { return nil }
        bytes = total
        sha256 = Self.hexadecimal(hash.finalize())
    }

    /// The hash of text.
    package static func sha256(_ text: String) -> String {
        hexadecimal(SHA256.hash(data: Array(text.utf8)))
    }

    private static func hexadecimal(_ digest: SHA256.Digest) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in digest {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
