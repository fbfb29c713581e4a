import Testing

@testable import Probing

/// Reading lines back: they may come from a capture that anyone wrote.
@Suite("NVML answers")
struct NVMLAnswersTests {
    @Test(
        "numbers are decimal or hexadecimal after 0x, whole and without a sign",
        arguments: [
            ("0", 0), ("42", 42), ("0x1f", 31), ("0xFFFFFFFFFFFFFFFF", UInt64.max), ("18446744073709551615", .max),
            ("18446744073709551616", nil), ("-1", nil), ("+1", nil), ("0x", nil), ("0x-1", nil), ("", nil),
            ("1.5", nil),
            ("1e3", nil), ("٣", nil), ("0x10000000000000000", nil), ("ok", nil),
        ] as [(String, UInt64?)]
    )
    func numbers(text: String, expected: UInt64?) {
        #expect(NVMLAnswers.number(text) == expected)
    }

    @Test(
        "PCI addresses are written as sysfs writes them",
        arguments: [
            ("00000000:17:00.0", "0000:17:00.0"), ("0000:17:00.0", "0000:17:00.0"),
            ("00010000:AB:1F.1", "10000:ab:1f.1"),
            ("17:00.0", nil), ("", nil), ("0000:17:00", nil), ("::", nil), ("zzzz:17:00.0", nil),
            ("000000000:17:00.0", nil), ("0000:1:00.0", nil),
        ] as [(String, String?)]
    )
    func addresses(text: String, expected: String?) {
        #expect(NVMLDevice.address(text) == expected)
    }

    @Test("lines in another form are counted and cost nothing else")
    func otherLines() {
        let long = "nvmlDeviceGetName(0) = " + String(repeating: "x", count: 70_000)
        let answers = NVMLAnswers(lines: [
            "", "nonsense", "(0) = 1", "nvmlDeviceGetCount() 2", "nvmlDeviceGetCount() = error x", long,
            "nvmlDeviceGetCount() = 1", "nvmlDeviceGetName(0) = NVIDIA L4",
        ])
        #expect(answers.skipped == 6)
        #expect(answers.devices.map { $0.name.value } == ["NVIDIA L4"])
    }

    @Test("of two answers the first holds, and a contradiction is counted")
    func repeated() {
        let answers = NVMLAnswers(lines: [
            "nvmlDeviceGetCount() = 1", "nvmlDeviceGetCount() = 1", "nvmlDeviceGetCount() = 99",
        ])
        #expect(answers.devices.count == 1)
        #expect(answers.contradictions == 1)
        #expect(answers.skipped == 0)
    }

    @Test("a count that no machine has is not believed", arguments: ["999999999999", "18446744073709551615", "257"])
    func absurdCount(count: String) {
        let answers = NVMLAnswers(lines: ["nvmlDeviceGetCount() = \(count)"])
        #expect(answers.devices.count == 256)
        #expect(answers.devices.last?.name == .notAsked)
    }

    @Test(
        "a list of processes that is not whole is no list",
        arguments: [
            "", "x", "1", "2 1:1:1:1", "1 1:1:1", "1 a:1:1:1", "1 1:b:1:1", "99999999999999999999", "1 1:1:1:1 2:2:2:2",
        ]
    )
    func malformedProcesses(text: String) {
        let answers = NVMLAnswers(lines: [
            "nvmlDeviceGetCount() = 1", "nvmlDeviceGetComputeRunningProcesses(0) = \(text)",
        ])
        let reading = answers.devices.first?.processes
        #expect(reading?.value == nil)
        #expect(reading?.error == nil)
    }

    @Test("an error keeps its code, known or not")
    func errors() {
        let answers = NVMLAnswers(lines: [
            "nvmlDeviceGetCount() = 1", "nvmlDeviceGetMigMode(0) = error 3 NOT_SUPPORTED",
            "nvmlDeviceGetName(0) = error 77 CODE_77", "nvmlDeviceGetUUID(0) = error 99999999999 HUGE",
        ])
        #expect(answers.devices.first?.migMode.error == .notSupported)
        #expect(answers.devices.first?.name.error == NVMLError(77))
        #expect(answers.devices.first?.uuid == .malformed("error 99999999999 HUGE"))
    }

    @Test("two numbers where one stands are malformed, never a made-up second")
    func tooFew() {
        let answers = NVMLAnswers(lines: ["nvmlDeviceGetCount() = 1", "nvmlDeviceGetEccMode(0) = 1"])
        let pair = answers.devices.first?.pair(.eccMode)
        #expect(pair?.value == nil)
        if case .malformed = pair {} else { Issue.record("expected malformed") }
    }

    @Test("garbled lines never stop the reader, nor change what was read before them")
    func garbled() {
        var state: UInt64 = 42
        func next(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        let alphabet = Array("0123456789abcxX():/=,- \u{0}\u{301}é\u{1F600}errorno".unicodeScalars)
        func garble(_ line: String) -> String {
            var scalars = Array(line.unicodeScalars)
            for _ in 0..<(1 + next(4)) {
                switch next(3) {
                case 0: scalars[next(scalars.count)] = alphabet[next(alphabet.count)]
                case 1: scalars.insert(alphabet[next(alphabet.count)], at: next(scalars.count))
                default: if scalars.count > 1 { scalars.remove(at: next(scalars.count)) }
                }
            }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars)
            return String(text)
        }
        for _ in 0..<300 {
            let garbled = Self.sample.map(garble)
            for device in NVMLAnswers(lines: garbled + Self.sample).devices {
                _ = (device.name, device.uuid, device.pciAddress, device.migMode, device.profiles, device.gpuInstances)
                _ = (device.migDevices, device.processes, device.nvLinks, device.isLost)
            }
            let answers = NVMLAnswers(lines: Self.sample + garbled)
            #expect(answers.devices.count == 2)
            let gpu = answers.devices.first
            #expect(gpu?.name.value == "NVIDIA H200", "\(garbled)")
            #expect(gpu?.profiles.first { $0.id == 9 }?.memoryMiB == 71168, "\(garbled)")
            #expect(gpu?.gpuInstances.value?.first { $0.id == 2 }?.placement == .init(start: 4, size: 4), "\(garbled)")
            #expect(gpu?.processes.value?.map(\.pid) == [41, 42], "\(garbled)")
        }
    }

    @Test(
        "names of all codes are NVML's",
        arguments: [
            (0, "SUCCESS"), (15, "GPU_IS_LOST"), (23, "INSUFFICIENT_RESOURCES"),
            (25, "ARGUMENT_VERSION_MISMATCH"), (30, "RESET_TYPE_NOT_SUPPORTED"), (999, "UNKNOWN"), (31, "CODE_31"),
            (-1, "CODE_-1"),
        ]
    )
    func codeNames(code: Int, name: String) {
        #expect(NVMLError(Int32(code)).name == name)
    }

    @Test("a name from the driver stays on its line and is no error")
    func safeText() {
        #expect(NVMLWords.text("NVIDIA\n= error\u{1B}[2J") == "NVIDIA?= error?[2J")
        #expect(NVMLWords.text("error 3 NOT_SUPPORTED") == "?error 3 NOT_SUPPORTED")
        #expect(NVMLWords.text(String(repeating: "a", count: 1000)).count == 256)
    }

    private static let sample = [
        "nvmlInit() = ok", "nvmlDeviceGetCount() = 2", "nvmlDeviceGetName(0) = NVIDIA H200",
        "nvmlDeviceGetPciInfo(0) = 00000000:17:00.0 0x233510DE 0x16C110DE", "nvmlDeviceGetMigMode(0) = 1 1",
        "nvmlDeviceGetGpuInstanceProfileInfo(0, 2) = 9 0 3 2 60 3 3 0 3 0 71168",
        "nvmlDeviceGetGpuInstancePossiblePlacements(0, 9) = 0:4 4:4", "nvmlDeviceGetGpuInstances(0, 9) = 2",
        "nvmlGpuInstanceGetInfo(0/gi2) = 2 9 4 4", "nvmlDeviceGetMigDeviceHandleByIndex(0, 3) = MIG-1",
        "nvmlDeviceGetAttributes(0/3) = 60 3 3 0 3 0 3 3 71168",
        "nvmlDeviceGetComputeRunningProcesses(0) = 2 41:1000:2:0 42:-:-:-", "nvmlDeviceGetNvLinkState(0, 0) = 1",
        "nvmlDeviceGetP2PStatus(0, 1, READ) = 5", "nvmlDeviceGetName(1) = error 15 GPU_IS_LOST",
    ]
}
