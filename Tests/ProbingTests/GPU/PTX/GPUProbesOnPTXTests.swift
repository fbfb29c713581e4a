import Foundation
import Testing

@testable import Probing

/// The probes with their own launches, arguments and checks, on a driver that runs their PTX instruction by instruction.
@Suite(.needsFakeNVML) struct GPUProbesOnPTXTests {
    /// A GPU with one multiprocessor: a grid of the probes is eight blocks a multiprocessor.
    static func fake() throws -> FakeCUDA {
        try FakeCUDA("call-ns 100\nlaunch-ns 1000\nkernel-ns 100000\ngpu NVIDIA H200\nsms 1\ndram 10\n")
    }

    /// Five quads a thread: a round of four at once, and one.
    static func run(_ fake: FakeCUDA, _ name: String, turns: UInt32 = 1) throws -> ProbeSamples {
        var sizes = GPUProbes.Sizes()
        (sizes.array, sizes.cacheFactor, sizes.turns, sizes.matrix, sizes.eventSample) = (160 << 10, 0, turns, 32, 0)
        let probes = GPUProbes(libraries: fake.withoutCUBLAS, count: 1, sizes: sizes)
        let probe = try #require(probes.all.first { $0.name == name })
        return try probe.run(GPUProbeTests.context(name, seconds: 0))
    }

    @Test("every check of the probes passes on what the PTX does")
    func passes() throws {
        for (probe, metrics) in [
            ("gpu-memory", ["gpu_memory_copy", "gpu_memory_read", "gpu_memory_write", "gpu_memory_memcpy"]),
            ("gpu-compute", ["gpu_fp32_fma", "gpu_tensor_mma"]),
        ] {
            let runner = try PTXRunner(Self.fake())
            let samples = try Self.run(runner.fake, probe)
            #expect(samples.series.map(\.metric) == metrics)
            #expect(samples.refusals.allSatisfy { $0.reason.contains("cuBLAS") })
            #expect(runner.faults == [])
            #expect(runner.launches > 4)
        }
    }

    @Test(
        "a kernel that does its work wrongly is refused by the probe's check",
        arguments: [
            // Words from another place, a word of four left out, a quad not copied, another operation, another fragment.
            ("gpu-memory", "shl.b32 %r8, %r8, 2;", "shl.b32 %r8, %r8, 1;", "wrong data"),
            ("gpu-memory", "add.u32 %r25, %r10, %r11;", "mov.u32 %r25, %r10;", "wrong data"),
            ("gpu-memory", "st.global.v4.u32 [%rd17], {%r16, %r17, %r18, %r19};", "", "wrong data"),
            ("gpu-compute", "sub.u32 %r7, %r7, 1;", "sub.u32 %r7, %r7, 1; add.f32 %f10, %f10, %f10;", "wrong results"),
            ("gpu-compute", "[%rd6+16]", "[%rd6+20]", "wrong results"),
        ]
    )
    func refuses(probe: String, old: String, new: String, words: String) throws {
        let runner = try PTXRunner(Self.fake(), changing: (old, new))
        do {
            let samples = try Self.run(runner.fake, probe)
            Issue.record("\(samples.series.map(\.metric))")
        } catch { #expect("\(error)".contains(words), "\(error)") }
        #expect(runner.changes > 0)
        #expect(runner.faults == [])
    }
}

/// Runs each kernel that a fake driver is asked to launch, by its PTX, which can be changed on the way.
private final class PTXRunner {
    let fake: FakeCUDA
    private let state: State

    /// What the driver's call back reaches.
    ///
    /// It comes on the thread of the probe, which is that of the test.
    private final class State {
        var change: (old: String, new: String)?
        var isDevice: @convention(c) (UInt64, Int) -> Int32
        var programs: [String: PTXProgram] = [:]
        var launches = 0
        var last = ""
        var changes = 0
        var faults: [String] = []

        init(_ isDevice: @escaping @convention(c) (UInt64, Int) -> Int32) { self.isDevice = isDevice }

        func run(
            _ text: String,
            _ name: String,
            _ launch: PTXLaunch,
            _ parameters: UnsafeMutablePointer<UnsafeMutableRawPointer?>
        )
            throws
        {
            if programs[text] == nil {
                let changed = change.map { text.replacing($0.old, with: $0.new) } ?? text
                if changed != text { changes += 1 }
                programs[text] = try PTXProgram(changed)
            }
            guard let program = programs[text] else { return }
            guard let kernel = program.kernels[name] else { throw PTXFault("there is no \(name)") }
            var launch = launch
            launch.arguments = try kernel.parameters.enumerated().map { index, parameter in
                guard let place = parameters[index] else { throw PTXFault("no argument for \(parameter.name)") }
                return parameter.type.bytes == 8
                    ? place.loadUnaligned(as: UInt64.self) : UInt64(place.loadUnaligned(as: UInt32.self))
            }
            launches += 1
            // Done again at once, all of them but the one that adds up do the same to the same memory.
            let words = "\(name) \(launch)"
            if words == last, name != "assay_read" { return }
            last = words
            try PTXMachine.run(kernel, launch, DeviceMemory(isDevice))
        }
    }

    /// The memory that the fake driver gave out, which is the host's.
    private final class DeviceMemory: PTXMemory {
        private let isDevice: @convention(c) (UInt64, Int) -> Int32

        init(_ isDevice: @escaping @convention(c) (UInt64, Int) -> Int32) { self.isDevice = isDevice }

        private func place(_ address: UInt64) throws -> UnsafeMutablePointer<UInt32> {
            guard isDevice(address, 4) != 0, let place = UnsafeMutablePointer<UInt32>(bitPattern: UInt(address)) else {
                throw PTXFault("an address outside of the GPU's memory")
            }
            return place
        }

        func load(_ address: UInt64, by thread: UInt64) throws -> UInt32 { try place(address).pointee }
        func store(_ word: UInt32, _ address: UInt64, by thread: UInt64) throws { try place(address).pointee = word }
        func add(_ word: UInt32, _ address: UInt64) throws { try place(address).pointee &+= word }
    }

    private typealias Runner =
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafePointer<CChar>?, UnsafePointer<CChar>?, UInt32, UInt32,
            UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        ) -> Int32

    init(_ fake: FakeCUDA, changing change: (old: String, new: String)? = nil) throws {
        self.fake = fake
        let isDevice = try fake.symbol("fake_cuda_is_device")
        state = State(unsafeBitCast(isDevice, to: (@convention(c) (UInt64, Int) -> Int32).self))
        state.change = change
        let context = try fake.symbol("fake_cuda_runner_context")
        context.storeBytes(of: Unmanaged.passUnretained(state).toOpaque(), as: UnsafeMutableRawPointer.self)
        let runner: Runner = { context, text, name, blocks, threads, parameters in
            guard let context, let text, let name, let parameters else { return 1 }
            let state = Unmanaged<State>.fromOpaque(context).takeUnretainedValue()
            do {
                let launch = PTXLaunch(blocks: blocks, threads: threads, arguments: [])
                try state.run(String(cString: text), String(cString: name), launch, parameters)
                return 0
            } catch {
                state.faults.append("\(error)")
                return 719
            }
        }
        try fake.symbol("fake_cuda_runner").storeBytes(of: runner, as: Runner.self)
    }

    var launches: Int { state.launches }
    var changes: Int { state.changes }
    var faults: [String] { state.faults }
}
