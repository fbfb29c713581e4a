/// The configuration space of one PCI device: 64 bytes without privileges, 256, or 4,096 with PCI Express.
///
/// Both capability lists are walked with a bound on the steps and on every offset, so no content can make it loop or
/// read outside. Offsets and bits are those of the PCI Express base specification.
package struct PCIConfigurationSpace: Sendable, Equatable {
    /// The bytes, as many as could be read.
    package let bytes: [UInt8]

    /// A configuration space of these bytes.
    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// An extended capability (from offset 0x100) by its identifier.
    package enum Extended: UInt16, Sendable {
        /// Device serial number.
        case serialNumber = 0x0003
        /// Access control services.
        case accessControl = 0x000D
        /// Address translation services.
        case addressTranslation = 0x000F
        /// Single-root I/O virtualization.
        case singleRootIOVirtualization = 0x0010
    }

    /// Whether the device answers at all: a read that nobody answers gives ones.
    package var isAnswered: Bool { bytes.contains { $0 != 0xFF } || bytes.isEmpty }

    /// Whether the extended capabilities could be read at all: they begin at byte 256.
    package var hasExtendedSpace: Bool { bytes.count > 0x103 && isAnswered }

    /// Why the extended capabilities cannot be judged, nil where they can.
    package var obstacle: String? {
        if !isAnswered { return "a device does not answer: its configuration space is all ones" }
        return hasExtendedSpace ? nil : "configuration space beyond 64 bytes needs root"
    }

    /// The ACS control bits, nil where the device has no access control services.
    package var accessControl: AccessControl? {
        offset(of: .accessControl).flatMap { word16(at: $0 + 6) }.map(AccessControl.init)
    }

    /// Whether address translation services are enabled, nil where the device has none.
    package var translatesAddresses: Bool? {
        offset(of: .addressTranslation).flatMap { word16(at: $0 + 6) }.map { $0 & 0x8000 != 0 }
    }

    /// Whether the device has the SR-IOV capability, which physical functions have and virtual functions lack.
    package var offersVirtualFunctions: Bool { offset(of: .singleRootIOVirtualization) != nil }

    /// Where a capability begins.
    package func offset(of capability: Extended) -> Int? {
        var offset = 0x100
        // 4,096 bytes hold at most this many capabilities of four bytes; a longer list is a loop.
        for _ in 0..<960 {
            guard let header = word32(at: offset), header != 0, header != .max else { return nil }
            if UInt16(truncatingIfNeeded: header) == capability.rawValue { return offset }
            let next = Int(header >> 20) & 0xFFC
            guard next >= 0x100, next != offset else { return nil }
            offset = next
        }
        return nil
    }

    /// The bytes with zeros in place of the device's serial number.
    package var withoutSerialNumber: [UInt8] {
        guard let offset = offset(of: .serialNumber) else { return bytes }
        var kept = bytes
        for index in offset + 4..<offset + 12 where index < kept.count { kept[index] = 0 }
        return kept
    }

    private func word16(at offset: Int) -> UInt16? {
        guard offset >= 0, offset + 1 < bytes.count else { return nil }
        return UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
    }

    private func word32(at offset: Int) -> UInt32? {
        guard let low = word16(at: offset), let high = word16(at: offset + 2) else { return nil }
        return UInt32(low) | UInt32(high) << 16
    }
}

/// What a bridge does with traffic between devices under it.
package struct AccessControl: Sendable, Hashable {
    /// The ACS control register.
    package let bits: UInt16

    /// The control register's bits.
    package init(bits: UInt16) {
        self.bits = bits
    }

    /// Requests from one device to another are sent up to the root complex.
    package var redirectsRequests: Bool { bits & 0x04 != 0 }
    /// Completions are.
    package var redirectsCompletions: Bool { bits & 0x08 != 0 }
    /// Requests go only where an egress control vector lets them.
    package var controlsEgress: Bool { bits & 0x20 != 0 }
    /// Whether traffic between devices takes the detour: what Linux's p2pdma tests too.
    package var redirects: Bool { redirectsRequests || redirectsCompletions || controlsEgress }
    /// Requests that carry translated addresses (ATS) may still go directly.
    package var directTranslated: Bool { bits & 0x40 != 0 }

    /// The bits as lspci prints them: `ReqRedir+ CmpltRedir+ EgressCtrl- DirectTrans-`.
    package var text: String {
        func sign(_ flag: Bool) -> String { flag ? "+" : "-" }
        return "ReqRedir\(sign(redirectsRequests)) CmpltRedir\(sign(redirectsCompletions)) "
            + "EgressCtrl\(sign(controlsEgress)) DirectTrans\(sign(directTranslated))"
    }
}
