/// The text of a domain; every value is escaped, and comments hold no text of others.
struct DomainXML {
    private let machine: LibvirtMachine
    private let host: LibvirtHost
    private let placement: MachinePlacement

    init(_ domain: LibvirtDomain) {
        machine = domain.machine
        host = domain.host
        placement = domain.placement
    }

    var lines: [String] {
        var lines = [
            "<!-- Written by assay plan libvirt; the file beside it that ends in -host.md has what the host needs. -->"
        ]
        lines += ["<domain type='\(machine.kind.rawValue)'>"]
        lines +=
            head.map { "  " + $0 } + tuning.map { "  " + $0 } + system.map { "  " + $0 } + processor.map { "  " + $0 }
        lines += clock.map { "  " + $0 }
        lines += ["  <on_poweroff>destroy</on_poweroff>"]
        // A trial without a boot loader ends with its kernel.
        lines += [
            "  <on_reboot>\(machine.kernel == nil ? "restart" : "destroy")</on_reboot>",
            "  <on_crash>destroy</on_crash>",
        ]
        // Suspending breaks devices that were given away.
        lines += ["  <pm>", "    <suspend-to-mem enabled='no'/>", "    <suspend-to-disk enabled='no'/>", "  </pm>"]
        lines += ["  <devices>"] + devices.map { "    " + $0 } + ["  </devices>", "</domain>"]
        return lines
    }

    // MARK: Memory and processors

    private var head: [String] {
        var lines = ["<name>\(Words.xml(machine.name))</name>", "<memory unit='GiB'>\(machine.memoryGiB)</memory>"]
        lines += ["<memoryBacking>"]
        if let size = machine.pages.mebibytes {
            lines += ["  <hugepages>", "    <page size='\(size)' unit='MiB'/>", "  </hugepages>"]
        }
        // Merged pages are copied on the first write: a fault that the guest cannot see.
        lines += ["  <nosharepages/>", "</memoryBacking>"]
        lines.append("<vcpu placement='static'>\(placement.processorCount)</vcpu>")
        if machine.disk != nil { lines.append("<iothreads>1</iothreads>") }
        return lines
    }

    private var tuning: [String] {
        var lines = ["<cputune>"]
        let processors = placement.cells.flatMap(\.processors)
        lines += processors.enumerated().map { "  <vcpupin vcpu='\($0)' cpuset='\($1)'/>" }
        let reserved = Self.list(placement.cells.flatMap(\.reserved))
        lines.append("  <emulatorpin cpuset='\(reserved)'/>")
        if machine.disk != nil { lines.append("  <iothreadpin iothread='1' cpuset='\(reserved)'/>") }
        lines += ["</cputune>", "<numatune>"]
        lines.append("  <memory mode='strict' nodeset='\(Self.list(placement.cells.map(\.node)))'/>")
        lines += placement.cells.enumerated().map { "  <memnode cellid='\($0)' mode='strict' nodeset='\($1.node)'/>" }
        lines.append("</numatune>")
        return lines
    }

    private var system: [String] {
        // GPUs have windows beyond 4 GiB, which only UEFI places well.
        let firmware = machine.accelerators.isEmpty || machine.kernel != nil ? "" : " firmware='efi'"
        var lines = ["<os\(firmware)>", "  <type arch='x86_64' machine='q35'>hvm</type>"]
        if let kernel = machine.kernel {
            lines.append("  <kernel>\(Words.xml(kernel))</kernel>")
            if let initrd = machine.initrd { lines.append("  <initrd>\(Words.xml(initrd))</initrd>") }
            if let text = machine.commandLine { lines.append("  <cmdline>\(Words.xml(text))</cmdline>") }
        } else {
            lines.append("  <boot dev='hd'/>")
        }
        lines += ["</os>", "<features>", "  <acpi/>", "  <apic/>"]
        if machine.kind == .kvm { lines.append("  <pmu state='on'/>") }
        lines.append("</features>")
        return lines
    }

    private var processor: [String] {
        var lines: [String] = []
        let cores = placement.processorCount / placement.cells.count / placement.threadsPerCore
        switch machine.kind {
        case .kvm: lines.append("<cpu mode='host-passthrough' check='none' migratable='off'>")
        case .qemu: lines.append("<cpu mode='maximum' check='none'>")
        }
        lines.append(
            "  <topology sockets='\(placement.cells.count)' dies='1' cores='\(cores)' "
                + "threads='\(placement.threadsPerCore)'/>"
        )
        if machine.kind == .kvm {
            lines.append("  <cache mode='passthrough'/>")
            // The windows of large GPUs need all of the host's address lines.
            if !machine.accelerators.isEmpty { lines.append("  <maxphysaddr mode='passthrough'/>") }
            lines.append("  <feature policy='require' name='invtsc'/>")
        }
        lines.append("  <numa>")
        var first = 0
        for (index, cell) in placement.cells.enumerated() {
            let last = first + cell.processors.count - 1
            let range = first == last ? "\(first)" : "\(first)-\(last)"
            lines.append("    <cell id='\(index)' cpus='\(range)' memory='\(cell.memoryMiB)' unit='MiB'/>")
            first = last + 1
        }
        lines += ["  </numa>", "</cpu>"]
        return lines
    }

    private var clock: [String] {
        var lines = [
            "<clock offset='utc'>", "  <timer name='rtc' tickpolicy='catchup'/>",
            "  <timer name='pit' tickpolicy='delay'/>",
        ]
        lines.append("  <timer name='hpet' present='no'/>")
        if machine.kind == .kvm { lines.append("  <timer name='kvmclock' present='yes'/>") }
        lines.append("</clock>")
        return lines
    }

    // MARK: Devices

    private var devices: [String] {
        var lines: [String] = []
        if let disk = machine.disk {
            let isBlock = disk.hasPrefix("/dev/")
            lines.append("<disk type='\(isBlock ? "block" : "file")' device='disk'>")
            let format = disk.hasSuffix(".qcow2") ? "qcow2" : "raw"
            lines.append("  <driver name='qemu' type='\(format)' cache='none' io='native' iothread='1'/>")
            lines.append("  <source \(isBlock ? "dev" : "file")='\(Words.xml(disk))'/>")
            lines += ["  <target dev='vda' bus='virtio'/>", "</disk>"]
        }
        lines += PassedDevices(machine, host, placement).lines
        if let file = machine.consoleFile {
            lines += ["<serial type='file'>", "  <source path='\(Words.xml(file))'/>", "</serial>"]
        } else {
            lines += ["<serial type='pty'/>"]
        }
        lines += ["<rng model='virtio'>", "  <backend model='random'>/dev/urandom</backend>", "</rng>"]
        // Memory that devices reach is pinned: there is nothing to give back.
        lines.append("<memballoon model='none'/>")
        return lines
    }

    /// Numbers as libvirt lists them: `0,32-33`.
    static func list(_ numbers: [Int]) -> String {
        var runs: [(low: Int, high: Int)] = []
        for number in Set(numbers).sorted() {
            if let last = runs.last, number == last.high + 1 {
                runs[runs.count - 1].high = number
            } else {
                runs.append((number, number))
            }
        }
        return runs.map { $0.low == $0.high ? "\($0.low)" : "\($0.low)-\($0.high)" }.joined(separator: ",")
    }
}
