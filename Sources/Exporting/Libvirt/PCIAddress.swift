/// Where a device stands on the PCI bus: domain, bus, slot, function.
package struct PCIAddress: Sendable, Hashable, Comparable, CustomStringConvertible {
    let domain: Int
    let bus: Int
    let slot: Int
    let function: Int

    /// Reads `0000:17:00.0`, also without the domain; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count) else { return nil }
        let last = (parts.last ?? "").split(separator: ".", omittingEmptySubsequences: false)
        func number(_ part: Substring, _ digits: ClosedRange<Int>, below limit: Int) -> Int? {
            guard digits.contains(part.utf8.count), part.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                let value = Int(part, radix: 16), value < limit
            else { return nil }
            return value
        }
        guard last.count == 2, let bus = number(parts[parts.count - 2], 1...2, below: 256),
            let slot = number(last[0], 1...2, below: 32), let function = number(last[1], 1...1, below: 8),
            let domain = parts.count == 3 ? number(parts[0], 1...8, below: 1 << 16) : 0
        else { return nil }
        self.domain = domain
        self.bus = bus
        self.slot = slot
        self.function = function
    }

    package static func < (one: PCIAddress, other: PCIAddress) -> Bool {
        (one.domain, one.bus, one.slot, one.function) < (other.domain, other.bus, other.slot, other.function)
    }

    /// `0000:17:00.0`.
    package var description: String {
        "\(Self.hex(domain, 4)):\(Self.hex(bus, 2)):\(Self.hex(slot, 2)).\(function)"
    }

    /// The attributes of libvirt's `<address>`.
    var attributes: String {
        "domain='0x\(Self.hex(domain, 4))' bus='0x\(Self.hex(bus, 2))' slot='0x\(Self.hex(slot, 2))' "
            + "function='0x\(function)'"
    }

    static func hex(_ value: Int, _ digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
