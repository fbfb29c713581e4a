import Testing

@testable import Probing

@Suite struct DisturbanceTests {
    static let stat = """
        cpu  999 0 0 0 0 0 0 0
        cpu0 100 10 20 1000 5 3 2 7 50 0
        cpu1 200 0 0 1000 0 0 0 0
        intr 1 2 3
        """

    @Test("processor times are read: guest time is in user time already, waiting is idle")
    func processors() {
        let counters = DisturbanceCounters(processors: [0, 1]) { $0 == "/proc/stat" ? Self.stat : nil }
        #expect(counters.processors == [0: .init(busy: 135, stolen: 7), 1: .init(busy: 200, stolen: 0)])
    }

    @Test("throttling is counted in our control group and those above it, heat on the processors asked for")
    func counters() {
        let files = [
            "/proc/self/cgroup": "0::/kube/pod\n3:cpu,cpuacct:/old",
            "/sys/fs/cgroup/kube/pod/cpu.stat": "nr_periods 10\nnr_throttled 3\nthrottled_usec 5",
            "/sys/fs/cgroup/kube/cpu.stat": "nr_throttled 2",
            "/sys/fs/cgroup/cpu,cpuacct/old/cpu.stat": "nr_throttled 1",
            "/sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count": "4",
            "/sys/devices/system/cpu/cpu1/thermal_throttle/package_throttle_count": "5",
            "/sys/devices/system/cpu/cpu2/thermal_throttle/package_throttle_count": "100",
            "/proc/vmstat": "pswpin 1\npswpout 2\nballoon_inflate 7\nballoon_deflate 9",
        ]
        let counters = DisturbanceCounters(processors: [0, 1]) { files[$0] }
        #expect(counters.throttledPeriods == 6)
        #expect(counters.thermalEvents == 9)
        #expect(counters.balloonedPages == 7)
        #expect(counters.swappedPages == 3)
    }

    @Test(
        "garbage is no counter and no crash",
        arguments: [
            "", "cpu0", "cpu0 a b c d e f g h", "cpu0 1 2", "cpuX 1 2 3 4 5 6 7 8", "cpu0 -5 0 0 0 0 0 0 0",
            "cpu0 9223372036854775807 9223372036854775807 9223372036854775807 1 1 1 1 1", "nr_throttled x",
        ]
    )
    func garbage(text: String) {
        let counters = DisturbanceCounters(processors: [0]) { _ in text }
        #expect(counters.throttledPeriods == 0)
        #expect((counters.processors[0]?.busy ?? 0) >= 0)
        #expect(
            DisturbanceReport(before: counters, after: counters, measured: [0], ownSeconds: 0, elapsedSeconds: 1)
                .disturbances.isEmpty
        )
    }

    static func counters(busy: [Int], stolen: Int = 0) -> DisturbanceCounters {
        var counters = DisturbanceCounters()
        for (number, ticks) in busy.enumerated() { counters.processors[number] = .init(busy: ticks, stolen: stolen) }
        return counters
    }

    @Test("our own time is no disturbance, and neither is stolen time: that is what a virtual machine costs")
    func own() {
        let report = DisturbanceReport(
            before: Self.counters(busy: [0, 0]),
            after: Self.counters(busy: [100, 0], stolen: 41),
            measured: [0],
            ownSeconds: 1,
            elapsedSeconds: 1
        )
        #expect(report.disturbances.isEmpty)
        #expect(abs(report.stolenShare - 0.40) < 1e-12)
    }

    @Test("other tasks on the measured processors, and on the others, are disturbances")
    func others() {
        func kinds(_ busy: [Int], measured: [Int], own: Double) -> [Disturbance.Kind] {
            DisturbanceReport(
                before: Self.counters(busy: [0, 0, 0, 0]),
                after: Self.counters(busy: busy),
                measured: measured,
                ownSeconds: own,
                elapsedSeconds: 1
            ).disturbances.map(\.kind)
        }
        #expect(kinds([100, 0, 0, 0], measured: [0], own: 0.9) == [.otherTasks])
        #expect(kinds([100, 0, 0, 0], measured: [0], own: 0.96) == [])
        #expect(kinds([100, 90, 0, 0], measured: [0], own: 1) == [.otherLoad])
        #expect(kinds([100, 30, 0, 0], measured: [0], own: 1) == [])
    }

    @Test("every counter that moved is named")
    func kinds() {
        var after = DisturbanceCounters()
        after.throttledPeriods = 2
        after.thermalEvents = 1
        after.balloonedPages = 5
        after.swappedPages = 1000
        let report = DisturbanceReport(
            before: DisturbanceCounters(),
            after: after,
            measured: [0],
            ownSeconds: 0,
            elapsedSeconds: 1
        )
        #expect(report.disturbances.map(\.kind) == [.throttled, .overheated, .ballooned, .swapped])
        #expect(
            report.disturbances[0].sentence == "the control group's processor quota stopped it (throttled periods: 2)"
        )
    }

    @Test("counters of the machine we stand on move forward")
    func live() {
        let processors = MachineLayout.allowedProcessors()
        let before = DisturbanceCounters.live(processors)
        #expect(before.processors.keys.contains(processors[0]))
        let after = DisturbanceCounters.live(processors)
        #expect(processors.allSatisfy { (after.processors[$0]?.busy ?? 0) >= (before.processors[$0]?.busy ?? 0) })
    }
}

@Suite struct EmulationTests {
    static func words(_ text: String) -> [UInt32] {
        let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: 16 - text.utf8.count % 16)
        return stride(from: 0, to: bytes.count - bytes.count % 4, by: 4).map { place in
            (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
        }
    }

    @Test("QEMU's own signature is a sign, KVM's is none")
    func signature() {
        func sign(_ name: String) -> String? {
            Emulation.sign { $0 == 0x4000_0000 ? [1] + Array(Self.words(name).prefix(3)) : nil }
        }
        #expect(sign("TCGTCGTCGTCG") == "CPUID leaf 0x40000000 says TCGTCGTCGTCG")
        #expect(sign("KVMKVMKVM") == nil)
    }

    @Test("the processor's name is a sign where the signature is hidden")
    func brand() {
        func sign(_ name: String) -> String? {
            let words = Self.words(name + String(repeating: " ", count: 48 - name.utf8.count))
            return Emulation.sign { leaf in
                switch leaf {
                case 0x8000_0000: [0x8000_0008, 0, 0, 0]
                case 0x8000_0002...0x8000_0004: Array(words[(4 * Int(leaf - 0x8000_0002))...].prefix(4))
                default: nil
                }
            }
        }
        #expect(sign("QEMU TCG CPU version 2.5+") == "the processor calls itself 'QEMU TCG CPU version 2.5+'")
        #expect(sign("Intel(R) Xeon(R) Platinum 8480C") == nil)
        // With KVM, QEMU's generic model runs on the real processor.
        #expect(sign("QEMU Virtual CPU version 2.5+") == nil)
    }

    @Test(
        "QEMU's machine without a word of KVM raises the question, and nothing else does",
        arguments: [
            ("qemu-accelerator-unknown", true), ("arm-microvm", true), ("riscv-guest", true), ("arm-guest", false),
            ("kvm-passthrough", false), ("kvm-behind-hyper-v-face", false), ("hidden-hypervisor", false),
            ("dgx-bare-metal", false), ("qemu-emulation", false),
        ]
    )
    func doubt(host: String, isThere: Bool) {
        #expect((Emulation.doubt(HostFixture(named: host).view()) != nil) == isThere)
    }

    @Test("a processor that answers nothing shows nothing")
    func silent() { #expect(Emulation.sign { _ in nil } == nil) }
}
