/// What moves a cursor or colours text on a terminal: tools that print it into a file too are read without.
package enum EscapeSequences {
    /// The byte that each begins with.
    package static let escape: UInt8 = 0x1B

    /// The bytes without escape sequences of ECMA-48: colours (`ESC [ 1 m`), titles and links (`ESC ] … BEL`), others.
    package static func stripped(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var shown: [UInt8] = []
        shown.reserveCapacity(bytes.count)
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            guard byte == escape else {
                shown.append(byte)
                continue
            }
            guard place < bytes.count else { break }
            let kind = bytes[place]
            place += 1
            switch kind {
            case 0x5B:
                // Parameters and intermediate bytes, then one that ends it.
                while place < bytes.count, (0x20...0x3F).contains(bytes[place]) { place += 1 }
                if place < bytes.count, (0x40...0x7E).contains(bytes[place]) { place += 1 }
            case 0x5D, 0x50, 0x58, 0x5E, 0x5F:
                while place < bytes.count, bytes[place] != 0x07, bytes[place] != escape { place += 1 }
                if place < bytes.count, bytes[place] == 0x07 { place += 1 }
            case 0x20...0x2F:
                while place < bytes.count, (0x20...0x2F).contains(bytes[place]) { place += 1 }
                if place < bytes.count { place += 1 }
            default: break
            }
        }
        return shown
    }
}
