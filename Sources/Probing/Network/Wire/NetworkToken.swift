internal import Crypto

/// A secret that both ends have, and the proofs that they have it; the secret itself never travels.
package struct NetworkToken: Sendable {
    /// Why a file's content is no token.
    package enum Problem: Error, Sendable, Hashable, CustomStringConvertible {
        /// So many bytes, white space at the ends aside.
        case length(Int)

        /// What was found and what was expected.
        package var description: String {
            switch self {
            case .length(let bytes):
                "the token has \(bytes) bytes; expected 16 to 4096, for example from: openssl rand -hex 32"
            }
        }
    }

    /// Which end proves.
    package enum Side: String, Sendable {
        /// The one that connected.
        case caller
        /// The one that listens.
        case listener
    }

    private let key: SymmetricKey

    /// The token that a file's content spells; white space at its ends does not count.
    package init(_ content: [UInt8]) throws(Problem) {
        let blank: (UInt8) -> Bool = { $0 <= 0x20 }
        let bytes = content.drop(while: blank).reversed().drop(while: blank)
        guard (16...4096).contains(bytes.count) else { throw .length(bytes.count) }
        key = SymmetricKey(data: Array(bytes.reversed()))
    }

    /// HMAC-SHA-256 over the side, the other side's nonce and all that was said.
    package func proof(_ side: Side, nonce: String, _ said: [[UInt8]]) -> [UInt8] {
        var hash = HMAC<SHA256>(key: key)
        hash.update(data: Self.preamble(side, nonce))
        for part in said { hash.update(data: Self.counted(part)) }
        return Array(hash.finalize())
    }

    /// Whether a proof is right; takes the same time for every wrong one.
    package func accepts(_ proof: [UInt8], _ side: Side, nonce: String, _ said: [[UInt8]]) -> Bool {
        let right = self.proof(side, nonce: nonce, said)
        guard proof.count == right.count else { return false }
        return zip(proof, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func preamble(_ side: Side, _ nonce: String) -> [UInt8] {
        counted(Array("assay network \(NetworkFrame.version) \(side.rawValue)".utf8)) + counted(Array(nonce.utf8))
    }

    /// With its length before it, so that two parts cannot be cut in another place.
    private static func counted(_ part: [UInt8]) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: part.count >> (56 - 8 * $0)) } + part
    }
}
