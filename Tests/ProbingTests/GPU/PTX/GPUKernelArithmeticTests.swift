import Testing

@testable import Probing

/// The kernels that compute, run instruction by instruction.
@Suite struct GPUKernelArithmeticTests {
    static let tensor = Result { try PTXProgram(GPUKernels.tensor) }

    /// What each thread of `assay_fma` gives.
    static func fma(
        _ launch: (blocks: UInt32, threads: UInt32),
        turns: UInt32,
        _ a: Float,
        _ b: Float,
        _ start: Float,
        only: [UInt64]? = nil
    ) throws -> [Float?] {
        let memory = PTXRegions()
        let count = UInt64(launch.blocks) * UInt64(launch.threads)
        let result = memory.region(words: count)
        try PTXMachine.run(
            GPUKernelMemoryTests.kernel("assay_fma"),
            PTXLaunch(
                blocks: launch.blocks,
                threads: launch.threads,
                arguments: [result, UInt64(turns)] + [a, b, start].map { UInt64($0.bitPattern) }
            ),
            memory,
            only: only
        )
        #expect(memory.written == only?.count ?? Int(count))
        return (0..<count).map { memory.word(result, $0).map { Float(bitPattern: $0) } }
    }

    /// The sum that thread t must give, by Swift's own fused multiply-add.
    static func expected(_ thread: Int, turns: UInt32, _ a: Float, _ b: Float, _ start: Float) -> Float {
        (0..<8).reduce(Float(0)) { sum, chain in
            var x = start + Float(thread % 8) + Float(chain)
            for _ in 0..<turns * 16 { x = b.addingProduct(x, a) }
            return sum + x
        }
    }

    @Test("chains of multiply-adds give what Swift's do, bit for bit", arguments: [0, 1, 3] as [UInt32])
    func fma(turns: UInt32) throws {
        for (a, b, start) in [(-Float(1).nextDown, 1.7, 98), (0.75, -3, 2), (4, 1, .greatestFiniteMagnitude)]
            as [(Float, Float, Float)]
        {
            let found = try Self.fma((2, 32), turns: turns, a, b, start)
            for (thread, value) in found.enumerated() {
                let wanted = Self.expected(thread, turns: turns, a, b, start)
                #expect(value?.bitPattern == wanted.bitPattern || (value?.isNaN == true && wanted.isNaN), "\(thread)")
            }
        }
    }

    @Test("the probe expects what the kernel gives, at the probe's own length")
    func fmaOfTheProbe() throws {
        let turns = GPUProbes.Sizes().turns
        let (a, b): (Float, Float) = (-Float(1).nextDown, 1.7)
        let wanted = FMAResults.sums(start: 44, a: a, b: b, turns: turns)
        // Two of the eight kinds of threads; the others are compared after fewer turns.
        let found = try Self.fma((1, 256), turns: turns, a, b, 44, only: [0, 253])
        #expect(found[0] == wanted[0] && found[253] == wanted[5])
        for few: UInt32 in 0...2 {
            let all = try Self.fma((1, 32), turns: few, a, b, 44)
            let wanted = FMAResults.sums(start: 44, a: a, b: b, turns: few)
            #expect(all.enumerated().allSatisfy { $1 == wanted[$0 % 8] })
        }
    }

    @Test("products by warps are the products of the matrices, in every lane", arguments: [0, 1, 42, 7777])
    func mma(seed: Int) throws {
        let matrices = TensorMatrices(seed: seed)
        for (blocks, threads, turns) in [(2, 32, 0), (1, 64, 1), (1, 32, 2)] as [(UInt32, UInt32, UInt32)] {
            let count = UInt64(blocks * threads)
            let found = try Self.mma(matrices, PTXLaunch(blocks: blocks, threads: threads, arguments: []), turns: turns)
            for thread in 0..<Int(count) {
                for i in 0..<4 {
                    let (row, column) = PTXMatrixProduct.place(thread % 32, i)
                    let product = (0..<16).reduce(0) { $0 + matrices.a[row][$1] * matrices.b[$1][column] }
                    // Four chains, which start at 0, 1, 2 and 3, of eight products a turn.
                    #expect(found[thread * 4 + i] == Float(6 + 4 * 8 * Int(turns) * product), "\(thread), \(i)")
                }
            }
            let wanted = matrices.results(products: Int(turns) * Int(GPUKernels.mmaUnrolled))
            #expect(found.enumerated().allSatisfy { $1 == wanted[$0 % 128] })
        }
    }

    @Test("at the probe's own length every sum is still a whole number that a float has")
    func mmaOfTheProbe() {
        let products = Int(GPUProbes.Sizes().turns) * Int(GPUKernels.mmaUnrolled)
        // Sixteen products of numbers up to 2 each, in four chains.
        #expect(GPUKernels.mmaChains * products * 16 * 4 + 6 < 1 << 24)
    }

    private static func mma(_ matrices: TensorMatrices, _ launch: PTXLaunch, turns: UInt32) throws -> [Float?] {
        let memory = PTXRegions()
        let words = UInt64(launch.blocks * launch.threads) * 4
        let fragments = matrices.fragments
        let (result, input) = (memory.region(words: words), memory.region(words: 32 * 6) { fragments[Int($0)] })
        var launch = launch
        launch.arguments = [result, input, UInt64(turns)]
        try PTXMachine.run(try #require(try tensor.get().kernels["assay_mma"]), launch, memory)
        #expect(memory.written == Int(words))
        return (0..<words).map { memory.word(result, $0).map { Float(bitPattern: $0) } }
    }
}
