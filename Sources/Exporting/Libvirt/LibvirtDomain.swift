internal import Documents

/// A virtual machine as libvirt's domain XML, placed on its host by what an inspection found there.
package struct LibvirtDomain: Sendable {
    let machine: LibvirtMachine
    let host: LibvirtHost
    let placement: MachinePlacement

    /// Places a machine.
    ///
    /// - Throws: ``ExportError`` for names, sizes and devices that cannot be, and where the host has no room.
    package init(_ machine: LibvirtMachine, on host: LibvirtHost) throws(ExportError) {
        guard Words.isName(machine.name), machine.name.utf8.count <= 63 else {
            throw .machine(
                "\(quoted(machine.name)) cannot be the name of a virtual machine: a name has letters, digits, '.', '-' and '_', "
                    + "begins with a letter or a digit and is at most 63 characters long; choose another --name"
            )
        }
        guard (1...1_024).contains(machine.cores) else {
            throw .machine("\(machine.cores) cores cannot be; ask for 1 to 1024")
        }
        guard (1...65_536).contains(machine.memoryGiB) else {
            throw .machine("\(machine.memoryGiB) GiB of memory cannot be; ask for 1 to 65536")
        }
        for text in [machine.disk, machine.kernel, machine.initrd, machine.consoleFile].compactMap({ $0 }) {
            guard text.hasPrefix("/"),
                !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
            else {
                throw .machine(
                    "\(quoted(text)) is not a path for libvirt; write it from the root, without control characters"
                )
            }
        }
        if let text = machine.commandLine,
            text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        {
            throw .machine("the kernel's command line has control characters; write it on one line")
        }
        try Self.check(machine, host)
        self.machine = machine
        self.host = host
        placement = try MachinePlacement(machine, on: host)
    }

    private static func check(_ machine: LibvirtMachine, _ host: LibvirtHost) throws(ExportError) {
        var seen: Set<String> = []
        for accelerator in machine.accelerators {
            let address = accelerator.address
            guard let device = host[address] else { throw unknown(address, host) }
            guard device.isAccelerator else {
                throw .machine("\(address) is no GPU but \(quoted(device.identity)); give adapters with --nic")
            }
            switch accelerator {
            case .passthrough, .virtualFunction:
                guard seen.insert("\(address)").inserted else {
                    throw .machine("\(address) is given twice; give it once")
                }
            case .mediated(let uuid, _, _):
                guard isUUID(uuid) else {
                    throw .machine(
                        "\(quoted(uuid)) is not the UUID of a mediated device; ls /sys/bus/mdev/devices names them"
                    )
                }
                guard seen.insert(uuid.lowercased()).inserted else {
                    throw .machine("\(uuid) is given twice; give it once")
                }
            }
            if case .passthrough = accelerator, device.isVirtualFunction {
                throw .machine("\(address) is a virtual function; give it with --gpu-vf")
            }
            if case .virtualFunction = accelerator, !device.isVirtualFunction {
                throw .machine("\(address) is not a virtual function; give a whole GPU with --gpu")
            }
        }
        for adapter in machine.adapters {
            let address = adapter.address
            guard let device = host[address] else { throw unknown(address, host) }
            guard !device.isAccelerator else { throw .machine("\(address) is a GPU; give it with --gpu") }
            guard seen.insert("\(address)").inserted else { throw .machine("\(address) is given twice; give it once") }
            if case .virtualFunction = adapter, !device.isVirtualFunction {
                throw .machine("\(address) is not a virtual function; give a whole adapter with --nic")
            }
        }
        guard machine.accelerators.count + machine.adapters.count <= 32 else {
            throw .machine("more than 32 devices do not fit below the root ports; give fewer")
        }
        if machine.kind == .qemu, !machine.accelerators.isEmpty || !machine.adapters.isEmpty {
            throw .machine("devices of the host need KVM; leave them out, or choose kvm")
        }
    }

    private static func unknown(_ address: PCIAddress, _ host: LibvirtHost) -> ExportError {
        let known = host.devices.prefix(16).map { "\($0.address)" }.joined(separator: ", ")
        return .machine(
            "the host has no GPU or adapter at \(address); it has "
                + (known.isEmpty ? "none that the inspection saw" : known + (host.devices.count > 16 ? ", …" : ""))
        )
    }

    /// 8-4-4-4-12 hexadecimal digits.
    private static func isUUID(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.utf8.count) == [8, 4, 4, 4, 12]
            && parts.allSatisfy { $0.allSatisfy { $0.isASCII && $0.isHexDigit } }
    }

    /// The domain, and what its host must be set to.
    package var files: [ExportedFile] {
        [
            ExportedFile("\(machine.name).xml", lines: DomainXML(self).lines),
            ExportedFile("\(machine.name)-host.md", lines: HostSettings(self).lines),
        ]
    }
}
