import CNVML
import Foundation
import Testing

@testable import Probing

/// The fake keeps NVML's rules where GPUs are changed: what later work relies on, since no real GPU is at hand.
@Suite("Fake NVML", .needsFakeNVML)
struct FakeNVMLTests {
    /// One GPU of a fake machine, its library open.
    private final class Machine {
        let fake: FakeNVML
        var library: NVMLLibrary?
        let gpu: OpaquePointer
        let table: OpaquePointer

        init(_ configuration: String) throws {
            fake = try FakeNVML(configuration)
            let library = try NVMLLibrary(path: fake.path)
            self.library = library
            table = library.table
            gpu = try library.device(at: 0).pointer
        }

        deinit {
            library = nil
            fake.remove()
        }

        func create(_ profile: UInt32, at start: UInt32? = nil, size: UInt32 = 0) -> (
            code: Int32, instance: OpaquePointer?
        ) {
            var instance: OpaquePointer?
            guard let start else { return (cnvml_CreateGI(table, gpu, profile, &instance), instance) }
            var placement = cnvml_placement(start: start, size: size)
            return (cnvml_CreateGIWithPlacement(table, gpu, profile, &placement, &instance), instance)
        }

        func compute(in instance: OpaquePointer?, _ profile: UInt32) -> (code: Int32, compute: OpaquePointer?) {
            var compute: OpaquePointer?
            return (cnvml_CreateCI(table, instance, profile, &compute), compute)
        }

        func setMIG(_ mode: UInt32) -> (code: Int32, activation: Int32) {
            var activation: Int32 = -1
            return (cnvml_SetMigMode(table, gpu, mode, &activation), activation)
        }

        func mode() -> [UInt32] {
            var current: UInt32 = 9
            var pending: UInt32 = 9
            return cnvml_MigMode(table, gpu, &current, &pending) == 0 ? [current, pending] : []
        }

        func uuid(of compute: OpaquePointer?) throws -> String {
            var info = cnvml_ci_info()
            #expect(cnvml_CIInfo(table, compute, &info) == 0)
            let device = try #require(info.device)
            return try NVMLDeviceHandle(library: try #require(library), pointer: device).uuid()
        }
    }

    private static let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    @Test(
        "the data of the fake's GPUs is what the catalogue says",
        .enabled(if: python != nil, "python3 is not installed")
    )
    func modelsAgree() throws {
        let catalogue = FakeNVML.sources.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/Estate/Catalogue/gpus.json")
        let process = Process()
        process.executableURL = URL(filePath: Self.python ?? "")
        process.arguments = [
            FakeNVML.sources.appending(path: "models-from-catalogue.py").path, "--check", catalogue.path,
            FakeNVML.sources.appending(path: "models").path,
        ]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test("instances take the slices of their placement, and no others' slices")
    func placements() throws {
        let machine = try Machine("gpu a100-sxm-80gb\nmig 1 1\n")
        #expect(machine.create(9, at: 4, size: 4).code == 0)
        #expect(machine.create(9, at: 4, size: 4).code == NVMLError.insufficientResources.code)
        #expect(machine.create(19, at: 5, size: 1).code == NVMLError.insufficientResources.code)
        #expect(machine.create(14, at: 1, size: 2).code == NVMLError.invalidArgument.code)
        #expect(machine.create(14, at: 2, size: 4).code == NVMLError.invalidArgument.code)
        #expect(machine.create(99).code == NVMLError.invalidArgument.code)
        #expect(machine.create(14, at: 2, size: 2).code == 0)
        #expect(machine.create(19).code == 0)
        #expect(machine.create(19).code == 0)
        // 3 + 2 + 1 + 1 compute slices: all seven are taken.
        #expect(machine.create(19).code == NVMLError.insufficientResources.code)
    }

    @Test("two sets of media engines do not fit on one GPU")
    func media() throws {
        let machine = try Machine("gpu a100-sxm-80gb\nmig 1 1\n")
        #expect(machine.create(20).code == 0)
        #expect(machine.create(20).code == NVMLError.insufficientResources.code)
        #expect(machine.create(19).code == 0)
    }

    @Test(
        "what stands after filling a GPU with one profile is what NVIDIA's tables say",
        arguments: [
            ("a100-sxm-80gb", 19, 7), ("a100-sxm-80gb", 15, 4), ("a100-sxm-80gb", 14, 3), ("a100-sxm-80gb", 9, 2),
            ("a100-sxm-80gb", 5, 1), ("a100-sxm-80gb", 0, 1), ("a30-24gb", 14, 4), ("a30-24gb", 5, 2),
            ("a30-24gb", 0, 1),
            ("h200-sxm-141gb", 15, 4), ("h200-sxm-141gb", 9, 2),
        ]
    )
    func capacity(model: String, profile: Int, most: Int) throws {
        let machine = try Machine("gpu \(model)\nmig 1 1\n")
        var remaining: UInt32 = 0
        #expect(cnvml_GIRemainingCapacity(machine.table, machine.gpu, UInt32(profile), &remaining) == 0)
        #expect(Int(remaining) == most)
        var count = 0
        while machine.create(UInt32(profile)).code == 0, count < 20 { count += 1 }
        #expect(count == most)
        #expect(cnvml_GIRemainingCapacity(machine.table, machine.gpu, UInt32(profile), &remaining) == 0)
        #expect(remaining == 0)
    }

    @Test("an instance goes only when its compute instances are gone, and those only without a process")
    func busy() throws {
        let machine = try Machine("gpu a100-sxm-80gb\nmig 1 1\nprocess pid=7 gi=1 ci=0\n")
        let made = machine.create(9)
        let inside = machine.compute(in: made.instance, 2)
        #expect(inside.code == 0)
        #expect(cnvml_DestroyGI(machine.table, made.instance) == NVMLError.inUse.code)
        #expect(cnvml_DestroyCI(machine.table, inside.compute) == NVMLError.inUse.code)
        let other = machine.create(19)
        let idle = machine.compute(in: other.instance, 0)
        #expect(cnvml_DestroyCI(machine.table, idle.compute) == 0)
        #expect(cnvml_DestroyGI(machine.table, other.instance) == 0)
        #expect(cnvml_DestroyGI(machine.table, other.instance) == NVMLError.invalidArgument.code)
    }

    @Test("compute instances share an instance by slices")
    func computeSlices() throws {
        let machine = try Machine("gpu a100-sxm-80gb\nmig 1 1\n")
        let made = machine.create(9)
        #expect(machine.compute(in: made.instance, 0).code == 0)
        #expect(machine.compute(in: made.instance, 2).code == NVMLError.insufficientResources.code)
        #expect(machine.compute(in: made.instance, 1).code == 0)
        #expect(machine.compute(in: made.instance, 0).code == NVMLError.insufficientResources.code)
        #expect(machine.compute(in: made.instance, 3).code == NVMLError.notSupported.code)
        #expect(machine.compute(in: made.instance, 99).code == NVMLError.invalidArgument.code)
    }

    @Test("ids, indexes and handles are reused, a UUID never")
    func reuse() throws {
        let machine = try Machine("gpu a100-sxm-80gb\nmig 1 1\n")
        let first = machine.create(9)
        let before = machine.compute(in: first.instance, 2)
        let uuid = try machine.uuid(of: before.compute)
        let gpu = try #require(try machine.library?.device(at: 0))
        let handle = try gpu.migDevice(at: 0).pointer
        #expect(cnvml_DestroyCI(machine.table, before.compute) == 0)
        #expect(throws: NVMLError.notFound) { try gpu.migDevice(at: 0) }
        let after = machine.compute(in: first.instance, 2)
        let another = try gpu.migDevice(at: 0)
        #expect(another.pointer == handle)
        #expect(try another.uuid() != uuid)
        #expect(try machine.uuid(of: after.compute) == another.uuid())
        #expect(try machine.library?.device(uuid: another.uuid()).pointer == handle)
        #expect(throws: NVMLError.notFound) { try machine.library?.device(uuid: uuid) }
    }

    @Test(
        "the mode changes at once, after a reset, or not while the GPU is in use",
        arguments: [
            ("gpu h200-sxm-141gb\n", 0, [1, 1]), ("gpu a100-sxm-80gb\n", 0, [1, 1]),
            ("gpu a100-sxm-80gb\nresettable no\nvirtualization 1\n", 16, [0, 1]),
            ("gpu h200-sxm-141gb\nresettable no\n", 0, [1, 1]), ("gpu h200-sxm-141gb\nprocess pid=5\n", 19, [0, 1]),
        ] as [(String, Int, [UInt32])]
    )
    func enabling(configuration: String, activation: Int, mode: [UInt32]) throws {
        let machine = try Machine(configuration)
        let answer = machine.setMIG(1)
        #expect(answer.code == 0)
        #expect(Int(answer.activation) == activation)
        #expect(machine.mode() == mode)
    }

    @Test(
        "what must not change does not",
        arguments: [
            ("root no\ngpu h200-sxm-141gb\nmig 1 1\n", 4, 4), ("gpu h200-sxm-141gb\nvirtualization 2\nmig 1 1\n", 3, 3),
            ("gpu l4-24gb\n", 3, 3), ("gpu h200-sxm-141gb\n", 0, 3),
        ]
    )
    func refused(configuration: String, mode: Int, create: Int) throws {
        let machine = try Machine(configuration)
        #expect(Int(machine.create(9).code) == create)
        #expect(Int(machine.setMIG(1).code) == mode)
    }

    @Test("MIG is not switched off under instances")
    func disabling() throws {
        let machine = try Machine("gpu h200-sxm-141gb\nmig 1 1\n")
        let made = machine.create(9)
        #expect(machine.setMIG(0).activation == NVMLError.inUse.code)
        #expect(machine.mode() == [1, 0])
        #expect(cnvml_DestroyGI(machine.table, made.instance) == 0)
        #expect(machine.setMIG(0) == (0, 0))
        #expect(machine.mode() == [0, 0])
    }

    @Test("a structure of the wrong version is refused")
    func versions() throws {
        let machine = try Machine("gpu h200-sxm-141gb\nmig 1 1\n")
        let wrong = NVMLError.argumentVersionMismatch.code
        var profile = cnvml_gi_profile_v2()
        #expect(cnvml_GIProfileV2(machine.table, machine.gpu, 0, &profile) == wrong)
        var memory = cnvml_memory_v2()
        memory.version = 0x0200_0020
        #expect(cnvml_MemoryInfoV2(machine.table, machine.gpu, &memory) == wrong)
        var settings = cnvml_conf_settings()
        #expect(cnvml_ConfComputeSettings(machine.table, &settings) == wrong)
        var support = cnvml_gpm_support()
        #expect(cnvml_GpmSupport(machine.table, machine.gpu, &support) == wrong)
    }

    @Test("a second process sees what the first one made, and makes nothing twice")
    func sharedState() throws {
        let state = FileManager.default.temporaryDirectory.appending(path: "fake-nvml-state-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: state) }
        let machine = try Machine("state \(state.path)\ngpu a100-sxm-80gb\nmig 1 1\n")
        let made = machine.create(9, at: 4, size: 4)
        #expect(machine.compute(in: made.instance, 2).code == 0)
        // Another copy of the library is another process to the fake: nothing but the file is shared.
        let other = try Machine("state \(state.path)\ngpu a100-sxm-80gb\n")
        let gpu = try #require(
            NVMLAnswers(lines: NVMLSnapshot.take(path: other.fake.path, scope: .everything).lines).devices.first
        )
        #expect(gpu.gpuInstances.value?.map(\.placement) == [.init(start: 4, size: 4)])
        #expect(gpu.migDevices.count == 1)
        #expect(other.create(9, at: 4, size: 4).code == NVMLError.insufficientResources.code)
        #expect(other.create(9, at: 0, size: 4).code == 0)
        #expect(machine.create(9, at: 0, size: 4).code == NVMLError.insufficientResources.code)
    }
}
