/// Makes JSON of what older perftest writes for JSON: keys without quotes, bare words as values, commas before a closing
/// brace (Debian's 4.5+0.17; mended upstream in January 2024, f9e82f7).
///
/// Only these three are mended, and what is mended is no number that could be misread: all else stays as it is, for the JSON
/// reader to refuse with its line.
enum PerftestRepair {
    /// The text as JSON, and whether anything was mended.
    static func json(_ bytes: [UInt8]) -> (bytes: [UInt8], isMended: Bool) {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 4)
        var isMended = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                let end = endOfString(bytes, from: index)
                result += bytes[index..<end]
                index = end
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if let comma = lastMeaningful(result), result[comma] == UInt8(ascii: ",") {
                    result[comma] = 0x20
                    isMended = true
                }
                result.append(byte)
                index += 1
            case _ where isWord(byte):
                let end = bytes[index...].firstIndex { !isWord($0) } ?? bytes.count
                let word = bytes[index..<end]
                if isJSON(word) {
                    result += word
                } else {
                    result.append(UInt8(ascii: "\""))
                    result += word
                    result.append(UInt8(ascii: "\""))
                    isMended = true
                }
                index = end
            default:
                result.append(byte)
                index += 1
            }
        }
        return (result, isMended)
    }

    private static func endOfString(_ bytes: [UInt8], from start: Int) -> Int {
        var index = start + 1
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\\"): index += 2
            case UInt8(ascii: "\""), 0x0A: return index + 1
            default: index += 1
            }
        }
        return bytes.count
    }

    private static func lastMeaningful(_ bytes: [UInt8]) -> Int? {
        bytes.lastIndex { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
    }

    /// Bytes of keys, numbers and bare words.
    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "_.+-%[]/".utf8.contains(byte) && byte != UInt8(ascii: "]") && byte != UInt8(ascii: "[")
        }
    }

    /// Whether the word stands in JSON without quotes: a number, or one of its three words.
    private static func isJSON(_ word: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: word, as: UTF8.self)
        return TextNumber.parse(text) != nil || ["true", "false", "null"].contains(text)
    }
}
