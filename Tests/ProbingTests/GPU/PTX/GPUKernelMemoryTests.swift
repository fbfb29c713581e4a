import Testing

@testable import Probing

/// The kernels that fill, read and copy, run instruction by instruction.
@Suite struct GPUKernelMemoryTests {
    static let program = Result { try PTXProgram(GPUKernels.general) }

    static func kernel(_ name: String) throws -> PTXKernel { try #require(try program.get().kernels[name]) }

    /// Grids smaller than the probes' own, so that loops turn often; the last is one of theirs, by blocks of 256.
    static let grids: [(blocks: UInt32, threads: UInt32)] = [
        (1, 32), (1, GPUKernels.blockThreads), (3, GPUKernels.blockThreads),
    ]
    /// None, one, fewer than threads, around whole rounds of one quad a thread and of four, and many.
    static func quads(_ grid: (blocks: UInt32, threads: UInt32)) -> [UInt64] {
        let count = UInt64(grid.blocks) * UInt64(grid.threads)
        let some = [0, 1, count - 1, count + 1, 3 * count + 1, 4 * count, 4 * count + 3, 5 * count + 7]
        return count > 32 ? some : some + [count, 4 * count - 1, 8 * count, 8 * count + 1, 4099]
    }

    /// Words that no pattern of the kernels makes.
    static func noise(_ index: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: (index &+ 1) &* 0x9E37_79B9_7F4A_7C15 >> 29)
    }

    static func filled(_ index: UInt64, _ seed: UInt32) -> UInt32 {
        UInt32(truncatingIfNeeded: index) &* 2_654_435_761 &+ seed
    }

    @Test("the kernel that does nothing ends")
    func empty() throws {
        try PTXMachine.run(Self.kernel("assay_empty"), PTXLaunch(blocks: 2, arguments: [], mostSteps: 1), PTXRegions())
    }

    @Test("filling writes each word once, and nothing beside them", arguments: grids)
    func fill(grid: (blocks: UInt32, threads: UInt32)) throws {
        let kernel = try Self.kernel("assay_fill")
        for quads in Self.quads(grid) {
            let seed = UInt32(truncatingIfNeeded: quads &* 77) | 1
            let memory = PTXRegions()
            let to = memory.region(words: quads * 4)
            try PTXMachine.run(
                kernel,
                PTXLaunch(blocks: grid.blocks, threads: grid.threads, arguments: [to, quads, UInt64(seed)]),
                memory
            )
            #expect(memory.written == Int(quads * 4))
            #expect((0..<quads * 4).allSatisfy { memory.word(to, $0) == Self.filled($0, seed) }, "\(quads)")
        }
    }

    @Test("reading adds each word once to what stands at the sum", arguments: grids)
    func read(grid: (blocks: UInt32, threads: UInt32)) throws {
        let kernel = try Self.kernel("assay_read")
        for quads in Self.quads(grid) {
            let memory = PTXRegions()
            let from = memory.region(words: quads * 4, Self.noise)
            let sum = memory.region(words: 1) { _ in 5 }
            try PTXMachine.run(
                kernel,
                PTXLaunch(blocks: grid.blocks, threads: grid.threads, arguments: [from, quads, sum]),
                memory
            )
            #expect(memory.written == 0)
            #expect(memory.word(sum, 0) == (0..<quads * 4).reduce(5) { $0 &+ Self.noise($1) }, "\(quads)")
        }
    }

    @Test("copying brings every word, once", arguments: grids)
    func copy(grid: (blocks: UInt32, threads: UInt32)) throws {
        let kernel = try Self.kernel("assay_copy")
        for quads in Self.quads(grid) {
            let memory = PTXRegions()
            let (from, to) = (memory.region(words: quads * 4, Self.noise), memory.region(words: quads * 4))
            try PTXMachine.run(
                kernel,
                PTXLaunch(blocks: grid.blocks, threads: grid.threads, arguments: [to, from, quads]),
                memory
            )
            #expect(memory.written == Int(quads * 4))
            #expect((0..<quads * 4).allSatisfy { memory.word(to, $0) == Self.noise($0) }, "\(quads)")
        }
    }

    @Test("what filling writes adds up, by the reading kernel, to the check sum that the probe expects")
    func checkSum() throws {
        for (quads, seed) in [(1, 3), (257, .max), (1025, 0x8000_0001)] as [(UInt64, UInt32)] {
            let memory = PTXRegions()
            let (array, sum) = (memory.region(words: quads * 4), memory.region(words: 4) { _ in 0 })
            let fill = PTXLaunch(blocks: 1, arguments: [array, quads, UInt64(seed)])
            try PTXMachine.run(Self.kernel("assay_fill"), fill, memory)
            memory.settle()
            try PTXMachine.run(Self.kernel("assay_read"), PTXLaunch(blocks: 1, arguments: [array, quads, sum]), memory)
            #expect(memory.word(sum, 0) == GPUMemoryCheck.sum(words: quads * 4, seed: seed))
        }
    }

    /// The largest array that the probe takes on the grid of an H200, by some of its threads: the others do the same elsewhere.
    @Test("threads of a launch of full size take every so-many-th quad, and no other")
    func fullSize() throws {
        let blocks: UInt32 = 132 * 8
        let threads = UInt64(blocks) * UInt64(GPUKernels.blockThreads)
        // 4 GiB, and one quad more so that the last round is not whole.
        let quads: UInt64 = 1 << 28 + 1
        let some: [UInt64] = [0, quads % threads - 1, quads % threads, threads - 1]
        let memory = PTXRegions()
        let from = memory.region(words: quads * 4, Self.noise)
        let (filled, copied) = (memory.region(words: quads * 4), memory.region(words: quads * 4))
        let sum = memory.region(words: 1) { _ in 0 }
        func run(_ name: String, _ arguments: [UInt64]) throws {
            memory.settle()
            try PTXMachine.run(Self.kernel(name), PTXLaunch(blocks: blocks, arguments: arguments), memory, only: some)
        }
        let mine = some.flatMap { Array(stride(from: $0, to: quads, by: Int(threads))) }
        try run("assay_fill", [filled, quads, 9])
        #expect(memory.written == mine.count * 4)
        try run("assay_copy", [copied, from, quads])
        #expect(memory.written == mine.count * 4)
        try run("assay_read", [from, quads, sum])
        var total: UInt32 = 0
        for word in mine.lazy.flatMap({ $0 * 4..<$0 * 4 + 4 }) {
            guard memory.word(filled, word) == Self.filled(word, 9), memory.word(copied, word) == Self.noise(word)
            else {
                Issue.record("word \(word)")
                return
            }
            total &+= Self.noise(word)
        }
        #expect(memory.word(sum, 0) == total)
    }
}
