internal import Crypto

/// The SHA-256 of a file's bytes as they pass by.
package struct ContentDigest: Sendable {
    private var hash = SHA256()

    /// A digest of nothing yet.
    package init() {}

    /// Takes the next bytes.
    package mutating func update(_ bytes: [UInt8]) { hash.update(data: bytes) }

    /// `sha256:` and 64 hexadecimal digits, of all bytes taken so far.
    package var text: String {
        var text = "sha256:"
        for byte in hash.finalize() {
            let digits = String(byte, radix: 16)
            text += digits.utf8.count == 1 ? "0" + digits : digits
        }
        return text
    }
}
