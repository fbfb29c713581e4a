/// Looks for what is wrong with a host, each finding with its cost and its remedy.
struct Survey {
    let facts: HostFacts
    let hypervisor: HypervisorVerdict
    let container: ContainerVerdict
    let underLoad: Bool
    var findings: [Finding] = []

    init(facts: HostFacts, hypervisor: HypervisorVerdict, container: ContainerVerdict, underLoad: Bool) {
        self.facts = facts
        self.hypervisor = hypervisor
        self.container = container
        self.underLoad = underLoad
    }

    var isVirtual: Bool { hypervisor.isVirtualMachine }

    mutating func run(_ examination: inout Examination) {
        validity(&examination)
        processors(&examination)
        memory(&examination)
        paths(&examination)
        adapters(&examination)
        gpus(&examination)
        sharing(&examination)
    }

    mutating func found(
        _ id: String,
        _ subject: String,
        _ severity: Finding.Severity,
        _ title: String,
        cost: String,
        _ confidence: Finding.Confidence,
        from source: String,
        mend remedy: String
    ) {
        findings.append(
            Finding(
                id: id,
                subject: subject,
                severity: severity,
                title: title,
                cost: cost,
                confidence: confidence,
                source: source,
                remedy: remedy
            )
        )
    }

    /// States in which no number means anything.
    private mutating func validity(_ examination: inout Examination) {
        if hypervisor.name == .qemuTCG || hypervisor.name == .bochs {
            found(
                "emulated-processor",
                "host",
                .invalid,
                "The processor is emulated in software by \((hypervisor.name ?? .unnamed).title).",
                cost: "Every processor-bound number is several times too slow and says nothing of virtualization.",
                .high,
                from: "cpuid 0x40000000",
                mend: "Start the guest with hardware acceleration: -accel kvm, or <domain type='kvm'>."
            )
        }
        if hypervisor.mayBeEmulated {
            found(
                "emulation-unknown",
                "host",
                .high,
                "Whether the processor of this guest is accelerated or emulated in software is not shown: nothing names KVM.",
                cost: "If it is emulated, every processor-bound number is several times too slow and says nothing of "
                    + "virtualization.",
                .low,
                from: "firmware and devices",
                mend: "On the host: look for -accel kvm, or <domain type='kvm'> in virsh dumpxml."
            )
        }
        if hypervisor.role == .hostPartition {
            found(
                "hypervisor-beneath",
                "host",
                .high,
                "\((hypervisor.name ?? .unnamed).title) runs beneath this system, which drives the hardware for it.",
                cost:
                    "Processor time, memory translation and interrupts pass through the hypervisor: no bare-metal arm.",
                .high,
                from: "cpuid and /sys/hypervisor",
                mend: hypervisor.isNested
                    ? "Its machine is virtual too: measure bare metal on another host."
                    : "Boot the same system without the hypervisor to measure bare metal."
            )
        }
        let id = "guests-of-this-host"
        examination.check(id, "Guests that run on this host", obstacle: facts.kernel.stolen == nil ? "no times" : nil)
        if facts.kernel.guestTicks > 0 {
            found(
                "runs-guests",
                "host",
                .medium,
                "Guests have run on this host for \(facts.kernel.guestTicks) clock ticks since it started.",
                cost: "Guests that run now take processors, memory bandwidth and cache from what is measured here.",
                .medium,
                from: "/proc/stat",
                mend: "Stop them while measuring: virsh list --state-running; virsh shutdown NAME."
            )
        }
    }
}
