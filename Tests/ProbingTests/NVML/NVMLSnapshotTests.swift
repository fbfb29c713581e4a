import Testing

@testable import Probing

/// The walk through NVML, against the fake: every kind of machine gives lines, and the lines say what it is.
@Suite("NVML snapshot", .needsFakeNVML)
struct NVMLSnapshotTests {
    /// Takes a snapshot of a fake machine and removes it.
    private func snapshot(_ configuration: String, lacking symbols: [String] = []) throws -> NVMLAnswers {
        let fake = try FakeNVML(configuration, lacking: symbols)
        defer { fake.remove() }
        let lines = NVMLSnapshot.take(path: fake.path, scope: .everything).lines
        // Every line must be one that the reader of HostView reads back.
        for line in lines { #expect(NVMLAnswer(line: line)?.line == line, "\(line)") }
        return NVMLAnswers(lines: lines)
    }

    @Test("without the library there is one line, which says so")
    func noLibrary() {
        let lines = NVMLSnapshot.take(path: "/nonexistent/libnvidia-ml.so.1").lines
        #expect(lines == ["nvmlInit() = error 12 LIBRARY_NOT_FOUND"])
        #expect(NVMLAnswers(lines: lines).start == .refused(.libraryNotFound))
        #expect(NVMLAnswers(lines: lines).devices.isEmpty)
    }

    @Test("the linker's words are kept in the error")
    func linkerWords() throws {
        let error = #expect(throws: NVMLError.self) { _ = try NVMLLibrary(path: "/nonexistent/lib.so") }
        #expect(error?.description.contains("/nonexistent/lib.so") == true)
        #expect(error?.description.contains("install NVIDIA's driver") == true)
    }

    @Test("a library without NVML's entry points is one whose nvmlInit is missing")
    func otherLibrary() {
        let lines = NVMLSnapshot.take(path: "libm.so.6").lines
        #expect(lines == ["nvmlInit() = error 13 FUNCTION_NOT_FOUND"])
    }

    @Test(
        "what nvmlInit refuses with is the answer",
        arguments: [
            (9, "DRIVER_NOT_LOADED"), (4, "NO_PERMISSION"), (18, "LIB_RM_VERSION_MISMATCH"), (999, "UNKNOWN"),
        ]
    )
    func refusedStart(code: Int, name: String) throws {
        let fake = try FakeNVML("init \(code)\ngpu h200-sxm-141gb\n")
        defer { fake.remove() }
        #expect(NVMLSnapshot.take(path: fake.path, scope: .everything).lines == ["nvmlInit() = error \(code) \(name)"])
    }

    @Test("a machine without GPUs is read to its end")
    func noGPUs() throws {
        let answers = try snapshot("driver 550.54.15\n")
        #expect(answers.driverVersion.value == "550.54.15")
        #expect(answers.number("nvmlDeviceGetCount").value == 0)
        #expect(answers.devices.isEmpty)
    }

    @Test("a bare-metal host with eight GPUs: identity, links, limits, peers")
    func bareMetal() throws {
        let answers = try snapshot((0..<8).map { _ in "gpu h200-sxm-141gb\nnvlinks 18\n" }.joined())
        #expect(answers.devices.count == 8)
        let third = try #require(answers.device(pciAddress: "0000:37:00.0"))
        #expect(third.index == 2)
        #expect(third.name.value == "NVIDIA H200")
        #expect(answers.device(uuid: third.uuid.value ?? "")?.index == 2)
        #expect(third.number(.virtualizationMode) == .value(0))
        #expect(third.number(.hostVGPUMode).error == .notSupported)
        #expect(third.number(.maximumPCIeGeneration) == .value(5))
        #expect(third.number(.enforcedPowerLimit) == .value(700_000))
        #expect(third.pair(.powerLimitRange).value.map { [$0.0, $0.1] } == [200_000, 700_000])
        #expect(third.pair(.eccMode).value.map { [$0.0, $0.1] } == [1, 1])
        #expect(third.clock(.maximumClock, .processors) == .value(1980))
        #expect(third.clocksEventReasons == .value(1))
        #expect(third.nvLinks == Array(repeating: true, count: 18))
        #expect(third.hasGPM == .value(true))
        #expect(third.migMode.value.map { [$0.current, $0.pending] } == [false, false])
        #expect(third.processes == .value([]))
        #expect(answers.number("nvmlDeviceGetGpuFabricInfo", "2").value == 3)
        for one in 0..<8 {
            for other in 0..<8 where other != one {
                #expect(answers.peerStatus(one, other, .nvLink) == .value(0))
                #expect(answers.commonAncestor(one, other).value == (one / 4 == other / 4 ? 40 : 50))
            }
        }
    }

    @Test("PCI, clocks and counters arrive as the driver gives them")
    func overriddenNumbers() throws {
        let answers = try snapshot(
            """
            gpu a100-sxm-80gb
            set nvmlDeviceGetCurrPcieLinkGeneration 1
            set nvmlDeviceGetCurrPcieLinkWidth 8
            set nvmlDeviceGetCurrentClocksEventReasons 0xc
            set nvmlDeviceGetPcieReplayCounter 4000000000
            set nvmlDeviceGetTotalEccErrors:2 7
            set nvmlDeviceGetRemappedRows 1 2 0 1
            set nvmlDeviceGetClockInfo:1 1410
            """
        )
        let gpu = try #require(answers.devices.first)
        #expect(gpu.number(.pcieGeneration) == .value(1))
        #expect(gpu.number(.pcieWidth) == .value(8))
        #expect(gpu.clocksEventReasons == .value(0xc))
        #expect(gpu.number(.pcieReplays) == .value(4_000_000_000))
        #expect(answers.number("nvmlDeviceGetTotalEccErrors", "0", "UNCORRECTED", "VOLATILE_ECC") == .value(7))
        #expect(answers.number("nvmlDeviceGetTotalEccErrors", "0", "CORRECTED", "VOLATILE_ECC") == .value(0))
        #expect(answers.text("nvmlDeviceGetRemappedRows", "0") == .value("1 2 0 1"))
        #expect(gpu.clock(.clock, .processors) == .value(1410))
        #expect(gpu.clock(.clock, .memory) == .value(345))
    }

    @Test("with MIG on: profiles, placements, instances, devices over the gaps, their processes")
    func migHost() throws {
        let answers = try snapshot(
            """
            gpu h200-sxm-141gb
            mig 1 1
            instance profile=9 start=4 id=2
            compute gi=2 mig=0
            instance profile=19 start=0 id=7
            compute gi=7 mig=3
            instance profile=14 start=2 id=3
            process pid=41 gi=2 ci=0 memory=1000
            process pid=42 gi=7 ci=0 memory=2000
            """
        )
        let gpu = try #require(answers.devices.first)
        #expect(gpu.profiles.map(\.id) == [19, 14, 9, 5, 0, 20, 15])
        let three = try #require(gpu.profiles.first { $0.id == 9 })
        #expect(three.name == "MIG 3g.71gb")
        #expect(three.number == 2)
        #expect(three.slices == 3)
        #expect(three.multiprocessors == 60)
        #expect(three.memoryMiB == 71168)
        #expect(three.engines == [3, 3, 0, 3, 0])
        #expect(three.placements == [.init(start: 0, size: 4), .init(start: 4, size: 4)])
        #expect(three.remaining == 0)
        #expect(gpu.profiles.first { $0.id == 19 }?.remaining == 1)
        let standing = try #require(gpu.gpuInstances.value)
        #expect(standing.map(\.id) == [2, 3, 7])
        #expect(standing.map(\.profileID) == [9, 14, 19])
        #expect(standing.map(\.placement.start) == [4, 2, 0])
        // Indexes 1 and 2 have no device, and the one at 3 is still found.
        #expect(gpu.migDevices.map(\.index) == [0, 3])
        #expect(gpu.migDevices.map(\.gpuInstance) == [2, 7])
        #expect(gpu.migDevices.map(\.computeSlices) == [3, 1])
        #expect(gpu.migDevices.map(\.memoryMiB) == [71168, 16384])
        #expect(gpu.migDevices.map { $0.processes?.map(\.pid) } == [[41], [42]])
        #expect(Set(gpu.migDevices.map(\.uuid)).count == 2)
        #expect(gpu.processes.value?.map(\.gpuInstance) == [2, 7])
        #expect(answers.text("nvmlDeviceGetUtilizationRates", "0").error == .notSupported)
    }

    @Test("an ordinary user sees the MIG devices and not what needs root")
    func migWithoutRoot() throws {
        let answers = try snapshot(
            """
            root no
            gpu a100-sxm-80gb
            mig 1 1
            instance profile=9 start=0
            compute gi=1
            """
        )
        let gpu = try #require(answers.devices.first)
        #expect(gpu.migDevices.count == 1)
        #expect(gpu.gpuInstances.error == .noPermission)
        #expect(gpu.processes.error == .noPermission)
        #expect(gpu.profiles.count == 7)
        #expect(gpu.profiles.allSatisfy { $0.placements == nil && $0.remaining == nil })
    }

    @Test("more processes than the first answer said are all listed")
    func manyProcesses() throws {
        let all = (1...30).map { "process pid=\($0) memory=\($0)\n" }.joined()
        let answers = try snapshot("gpu l4-24gb\n" + all)
        #expect(answers.devices.first?.processes.value?.map(\.pid) == Array(1...30))
        #expect(answers.devices.first?.processes.value?.first?.gpuInstance == nil)
    }

    @Test("a driver that lists no profiles with MIG off says so once")
    func profilesNeedMIG() throws {
        let answers = try snapshot("profiles-need-mig yes\ngpu h100-sxm-80gb\n")
        let gpu = try #require(answers.devices.first)
        #expect(gpu.profiles.isEmpty)
        #expect(answers.text("nvmlDeviceGetGpuInstanceProfileInfo", "0", "0").error == .notSupported)
    }

    @Test("names of profiles come in the second layout from a driver that lacks the third", arguments: [2, 3])
    func profileLayouts(version: Int) throws {
        let answers = try snapshot("profile-version \(version)\ngpu a30-24gb\n")
        let expected = version == 3 ? "14 0x0 MIG 1g.6gb" : "14 - MIG 1g.6gb"
        #expect(answers.text("nvmlDeviceGetGpuInstanceProfileInfoV", "0", "0") == .value(expected))
        #expect(answers.devices.first?.profiles.first?.name == "MIG 1g.6gb")
    }

    @Test("without any of the named layouts the profiles stay, without names")
    func noNamedProfiles() throws {
        let answers = try snapshot("profile-version 1\ngpu a30-24gb\n")
        #expect(answers.devices.first?.profiles.count == 5)
        #expect(answers.devices.first?.profiles.allSatisfy { $0.name == nil } == true)
    }

    @Test("a vGPU guest: mode 2, and what a guest is not told")
    func vgpuGuest() throws {
        let answers = try snapshot("gpu a100-sxm-40gb\ncalled NVIDIA A100-40C\nvirtualization 2\n")
        let gpu = try #require(answers.devices.first)
        #expect(gpu.number(.virtualizationMode) == .value(2))
        #expect(gpu.name.value == "NVIDIA A100-40C")
        #expect(gpu.number(.enforcedPowerLimit).error == .notSupported)
        #expect(gpu.pair(.eccMode).error == .notSupported)
        #expect(gpu.profiles.isEmpty)
    }

    @Test("a host that serves vGPUs by SR-IOV")
    func vgpuHost() throws {
        let gpu = try #require(try snapshot("gpu l40s-48gb\nvirtualization 3\n").devices.first)
        #expect(gpu.number(.virtualizationMode) == .value(3))
        #expect(gpu.number(.hostVGPUMode) == .value(1))
    }

    @Test("confidential computing, with the mode of several GPUs")
    func confidential() throws {
        let answers = try snapshot("conf-compute 2 1 0 1\ngpu h100-sxm-80gb\n")
        #expect(answers.text("nvmlSystemGetConfComputeState") == .value("2 1 0"))
        #expect(answers.text("nvmlSystemGetConfComputeSettings") == .value("2 1 0 1"))
    }

    @Test("entry points that an old driver lacks are missing features, and the rest is read")
    func oldDriver() throws {
        let missing = [
            "nvmlDeviceGetGpuInstanceProfileInfoV", "nvmlGpmQueryDeviceSupport", "nvmlDeviceGetGpuFabricInfoV",
            "nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetSupportedClocksEventReasons",
            "nvmlDeviceGetComputeRunningProcesses_v3", "nvmlSystemGetConfComputeState",
        ]
        let answers = try snapshot("driver 470.57.02\ngpu a100-sxm-40gb\nprocess pid=9\n", lacking: missing)
        let gpu = try #require(answers.devices.first)
        #expect(gpu.hasGPM.error == .functionNotFound)
        #expect(answers.text("nvmlDeviceGetGpuFabricInfo", "0").error == .functionNotFound)
        #expect(answers.text("nvmlSystemGetConfComputeState").error == .functionNotFound)
        // The older names of the same layout stand in.
        #expect(gpu.clocksEventReasons == .value(1))
        #expect(gpu.processes.value?.map(\.pid) == [9])
        #expect(gpu.profiles.count == 7)
        #expect(gpu.profiles.allSatisfy { $0.name == nil })
    }

    @Test("the fabric is read in the second layout from a driver that lacks the third", arguments: [2, 3])
    func fabricLayouts(version: Int) throws {
        let answers = try snapshot(
            "gpu h200-sxm-141gb\nnvlinks 18\nset nvmlDeviceGetGpuFabricInfoV 0 4 2 0x5 \(version)\n"
        )
        #expect(answers.text("nvmlDeviceGetGpuFabricInfo", "0") == .value("2 0 4 0x5 \(version == 3 ? 1 : 0)"))
    }

    @Test("a GPU that this user may not open costs only itself")
    func oneClosedGPU() throws {
        let answers = try snapshot("gpu l4-24gb\nfail nvmlDeviceGetHandleByIndex_v2 4\ngpu l4-24gb\n")
        #expect(answers.devices.count == 2)
        #expect(answers.devices.first?.obstacle == .noPermission)
        #expect(answers.devices.first?.name == .notAsked)
        #expect(answers.devices.last?.name.value == "NVIDIA L4")
    }

    @Test(
        "a GPU that is lost in the middle of the walk costs only its own remaining answers",
        arguments: [0, 1, 7, 40]
    )
    func lostGPU(calls: Int) throws {
        let answers = try snapshot("gpu h200-sxm-141gb\nlost-after \(calls)\ngpu h200-sxm-141gb\ngpu h200-sxm-141gb\n")
        #expect(answers.devices.map(\.isLost) == [true, false, false])
        #expect(answers.devices.map { $0.profiles.count } == [0, 7, 7])
        #expect(answers.peerStatus(1, 2, .read).value != nil)
        #expect(answers.peerStatus(0, 1, .read) == .notAsked)
    }

    @Test("a GPU that is lost between its own walk and its neighbours' costs only its pairs")
    func lostLate() throws {
        let fake = try FakeNVML("gpu l4-24gb\ngpu l4-24gb\ngpu l4-24gb\n")
        defer { fake.remove() }
        let calls = NVMLSnapshot.take(path: fake.path, scope: .everything).lines.filter {
            $0.contains("(1") && !$0.contains("HandleByIndex")
        }
        let late = try snapshot("gpu l4-24gb\ngpu l4-24gb\nlost-after \(calls.count - 6)\ngpu l4-24gb\n")
        #expect(late.devices.map(\.isLost) == [false, true, false])
        #expect(late.peerStatus(0, 2, .read).value != nil)
    }

    @Test(
        "any single call may fail in any way, and every other answer stands",
        arguments: [1, 3, 4, 10, 16, 17, 77, 999]
    )
    func anyCallMayFail(code: Int) throws {
        let calls = [
            "nvmlDeviceGetName", "nvmlDeviceGetUUID", "nvmlDeviceGetPciInfo_v3", "nvmlDeviceGetMigMode",
            "nvmlDeviceGetGpuInstancePossiblePlacements_v2", "nvmlDeviceGetGpuInstances", "nvmlGpuInstanceGetInfo",
            "nvmlDeviceGetMigDeviceHandleByIndex", "nvmlDeviceGetNvLinkState", "nvmlDeviceGetMaxMigDeviceCount",
            "nvmlDeviceGetComputeRunningProcesses_v3", "nvmlComputeInstanceGetInfo_v2", "nvmlDeviceGetP2PStatus",
        ]
        let machine = "gpu a100-sxm-80gb\nmig 1 1\ninstance profile=9 start=0\ncompute gi=1\nnvlinks 12\n"
        for call in calls {
            let answers = try snapshot(machine + "fail \(call) \(code)\ngpu a100-sxm-80gb\n")
            #expect(answers.devices.count == 2, "\(call)")
            #expect(answers.devices.last?.name.value == "NVIDIA A100-SXM4-80GB", "\(call)")
            if call != "nvmlDeviceGetName" { #expect(answers.devices.first?.name.value != nil, "\(call)") }
        }
    }

    @Test("a slow driver is not waited for without end")
    func slowDriver() throws {
        let fake = try FakeNVML("gpu l4-24gb\ngpu l4-24gb\n")
        defer { fake.remove() }
        var asked = 0
        let lines = NVMLSnapshot.take(path: fake.path, scope: .everything, limit: .seconds(5)) {
            asked += 1
            return .seconds(asked > 20 ? 6 : 0)
        }.lines
        #expect(lines.count == 21)
        #expect(lines.last?.hasSuffix("= error 10 TIMEOUT") == true)
        #expect(NVMLAnswers(lines: lines).driverVersion.value != nil)
    }

    @Test("what Inspect judges is a part of everything, to the letter, and leaves the geometry out")
    func scopes() throws {
        let fake = try FakeNVML("gpu h200-sxm-141gb\nnvlinks 18\nmig 1 1\ninstance profile=9 start=0\ncompute gi=1\n")
        defer { fake.remove() }
        let everything = Set(NVMLSnapshot.take(path: fake.path, scope: .everything).lines)
        let inspection = NVMLSnapshot.take(path: fake.path).lines
        #expect(Set(inspection).isStrictSubset(of: everything))
        #expect(!inspection.contains { $0.contains("Profile") || $0.contains("Placements") })
        let gpu = try #require(NVMLAnswers(lines: inspection).devices.first)
        #expect(gpu.migDevices.count == 1)
        #expect(gpu.nvLinks.count == 18)
    }

    @Test("two snapshots of one machine are the same to the byte")
    func repeatable() throws {
        let fake = try FakeNVML("gpu a100-sxm-80gb\nmig 1 1\ninstance profile=9 start=0\ncompute gi=1\ngpu l4-24gb\n")
        defer { fake.remove() }
        let first = NVMLSnapshot.take(path: fake.path, scope: .everything).lines
        #expect(first == NVMLSnapshot.take(path: fake.path, scope: .everything).lines)
        #expect(first.count > 100)
    }
}
