/// One message of the protocol: a header that never changes, and bytes that depend on the version.
///
/// The header is 12 bytes: `ASSY`, the version and the kind in 16 bits each, and the length of what follows in 32 bits,
/// all big-endian. It stays so in every version, so that two versions can tell each other that they differ.
package struct NetworkFrame: Sendable, Hashable {
    /// What a message is.
    package enum Kind: UInt16, Sendable, Hashable, CaseIterable {
        /// The listener's first word: a nonce, and whether it wants a token.
        case greeting = 1
        /// What the caller wants.
        case hello
        /// 32 bytes that prove the token; none where there is no token.
        case proof
        /// The listener agrees.
        case welcome
        /// The listener does not, and why.
        case refusal
        /// All ends of a run know of it: connect the ring.
        case go
        /// An end of a run has all its connections.
        case ready
        /// What one end of a run saw.
        case end
    }

    /// The version that this Assay speaks; from 2 on a listener tells of doubt about its processor.
    package static let version: UInt16 = 2
    /// Bytes of a header.
    package static let headerBytes = 12
    /// No message has more bytes after its header.
    package static let maximumBytes = 1 << 18
    private static let magic: [UInt8] = Array("ASSY".utf8)

    /// What it is.
    package var kind: Kind
    /// What it says.
    package var payload: [UInt8]

    /// A message.
    package init(_ kind: Kind, _ payload: [UInt8] = []) {
        self.kind = kind
        self.payload = payload
    }

    /// The message as it travels; nil where it is too long.
    package var bytes: [UInt8]? {
        guard payload.count <= Self.maximumBytes else { return nil }
        func big(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }
        let words = UInt32(Self.version) << 16 | UInt32(kind.rawValue)
        return Self.magic + big(words) + big(UInt32(payload.count)) + payload
    }

    /// What a header announces.
    package struct Header: Sendable, Hashable {
        /// The kind.
        package var kind: Kind
        /// Bytes that follow, at most ``NetworkFrame/maximumBytes``.
        package var length: Int
    }

    /// Why bytes are no header of ours.
    package enum HeaderError: Error, Sendable, Hashable {
        /// Fewer bytes than a header has, or other ones than an Assay process sends.
        case notAssay
        /// Another version's.
        case version(Int)
        /// A kind of message that there is not.
        case kind(Int)
        /// A length beyond ``NetworkFrame/maximumBytes``.
        case length(Int)
    }

    /// Reads a header.
    package static func header(_ bytes: [UInt8]) throws(HeaderError) -> Header {
        guard bytes.count == headerBytes, Array(bytes[..<4]) == magic else { throw .notAssay }
        func number(_ range: Range<Int>) -> Int { bytes[range].reduce(0) { $0 << 8 | Int($1) } }
        guard number(4..<6) == Int(version) else { throw .version(number(4..<6)) }
        guard let kind = Kind(rawValue: UInt16(number(6..<8))) else { throw .kind(number(6..<8)) }
        let length = number(8..<12)
        guard length <= maximumBytes else { throw .length(length) }
        return Header(kind: kind, length: length)
    }
}
