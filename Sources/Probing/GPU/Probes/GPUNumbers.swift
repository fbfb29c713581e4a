internal import CCUDA
internal import Probability

/// What `assay_fma` must give.
enum FMAResults {
    /// The sum of each of the eight kinds of threads, thread t being of kind t mod 8.
    static func sums(start: Float, a: Float, b: Float, turns: UInt32) -> [Float] {
        (0..<8).map { lane in
            (0..<GPUKernels.fmaChains).reduce(Float(0)) { sum, chain in
                // The kernel's own order: lane first, then chain.
                sum + ccuda_fma_chain(start + Float(lane) + Float(chain), a, b, turns * GPUKernels.fmaUnrolled)
            }
        }
    }
}

/// The matrices that the tensor kernel multiplies, of whole numbers from -2 to 2, and what must come out.
struct TensorMatrices {
    /// A, 16 rows of 16.
    let a: [[Int]]
    /// B, 16 rows of 8.
    let b: [[Int]]

    init(seed: Int) {
        var generator = RandomGenerator(seed: UInt64(max(0, seed)), stream: 11)
        a = (0..<16).map { _ in (0..<16).map { _ in generator.index(below: 5) - 2 } }
        b = (0..<16).map { _ in (0..<8).map { _ in generator.index(below: 5) - 2 } }
    }

    /// Six words a lane, four of A and two of B, each of two halves, as mma.m16n8k16 wants them (PTX ISA, Matrix Fragments).
    var fragments: [UInt32] {
        (0..<32).flatMap { lane -> [UInt32] in
            let (group, thread) = (lane / 4, lane % 4)
            func pair(_ low: Int, _ high: Int) -> UInt32 { Self.half(low) | Self.half(high) << 16 }
            let first = (0..<4).map { word -> UInt32 in
                let row = group + (word % 2) * 8
                let column = thread * 2 + (word / 2) * 8
                return pair(a[row][column], a[row][column + 1])
            }
            let second = (0..<2).map { word -> UInt32 in
                let row = thread * 2 + word * 8
                return pair(b[row][group], b[row + 1][group])
            }
            return first + second
        }
    }

    /// What each of the 32 lanes ends with, four numbers each, after so many products a chain.
    func results(products: Int) -> [Float] {
        // Chain c starts at c everywhere: their starts add up to this.
        let starts = (0..<GPUKernels.mmaChains).reduce(0, +)
        return (0..<32).flatMap { lane in
            (0..<4).map { index in
                let row = lane / 4 + (index / 2) * 8
                let column = (lane % 4) * 2 + index % 2
                let product = (0..<16).reduce(0) { $0 + a[row][$1] * b[$1][column] }
                return Float(starts + GPUKernels.mmaChains * products * product)
            }
        }
    }

    /// A whole number from -2 to 2 as the bits of a half.
    private static func half(_ value: Int) -> UInt32 {
        let magnitude: UInt32 =
            switch abs(value) {
            case 0: 0
            case 1: 0x3C00
            default: 0x4000
            }
        return value < 0 ? magnitude | 0x8000 : magnitude
    }
}

/// The matrices that cuBLAS multiplies, and a look at what comes out.
struct ProductCheck {
    private let precision: CUBLASLibrary.Precision
    private let size: Int
    private let seed: UInt64

    init(_ precision: CUBLASLibrary.Precision, size: Int, seed: Int) {
        self.precision = precision
        self.size = size
        self.seed = UInt64(max(0, seed))
    }

    /// Numbers of either sign between 0.5 and 1 with random digits: constant data would draw less power.
    func fill(_ memory: HostMemory, second: Bool) {
        let (keep, set): (UInt64, UInt64) =
            switch precision {
            case .fp32, .tf32: (0x807F_FFFF_807F_FFFF, 0x3F00_0000_3F00_0000)
            case .fp16: (0x83FF_83FF_83FF_83FF, 0x3800_3800_3800_3800)
            case .bf16: (0x807F_807F_807F_807F, 0x3F00_3F00_3F00_3F00)
            }
        ccuda_fill(memory.pointer, memory.bytes, seed &+ (second ? 1 : 0) &* 0x9E37_79B9, keep, set)
    }

    /// Compares sixteen numbers of C = A B with what the host computes.
    func verify(_ c: GPUMemory, _ a: GPUMemory, _ b: GPUMemory) throws {
        var generator = RandomGenerator(seed: seed, stream: 13)
        for _ in 0..<16 {
            let (row, column) = (generator.index(below: size), generator.index(below: size))
            let second = try numbers(b, first: column * size, count: size)
            var wanted = 0.0
            // A row of A stands a column apart.
            for k in 0..<size { wanted += try numbers(a, first: k * size + row, count: 1)[0] * second[k] }
            let found = try numbers(c, first: column * size + row, count: 1)[0]
            guard abs(found - wanted) <= tolerance else {
                throw ProbeRefusal(
                    "cuBLAS's product in \(precision.rawValue) is wrong: \(found) at row \(row), column \(column), where the "
                        + "host computes \(wanted)"
                )
            }
        }
    }

    /// What rounding may do to a sum of `size` products of numbers up to 1.
    private var tolerance: Double {
        let scale = Double(size).squareRoot()
        return switch precision {
        case .fp32: 1e-5 * scale * 4
        case .tf32: 1e-3 * scale * 4
        case .fp16: 1e-3 * scale * 4
        case .bf16: 1e-2 * scale * 4
        }
    }

    private func numbers(_ memory: GPUMemory, first: Int, count: Int) throws -> [Double] {
        var bytes = [UInt8](repeating: 0, count: count * precision.bytes)
        try bytes.withUnsafeMutableBytes { buffer in
            if let base = buffer.baseAddress {
                try memory.read(into: base, buffer.count, offset: first * precision.bytes)
            }
        }
        return (0..<count).map { index in
            let place = index * precision.bytes
            if precision.bytes == 4 {
                let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) }
                return Double(Float(bitPattern: bits))
            }
            let bits = UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8
            return precision == .bf16 ? Double(Float(bitPattern: bits << 16)) : Self.half(bits)
        }
    }

    /// A half as a number; those that are no normal numbers do not occur here but in wrong results.
    static func half(_ bits: UInt32) -> Double {
        let exponent = Int((bits >> 10) & 0x1F)
        let fraction = Double(bits & 0x3FF) / 1024
        let sign: Double = bits & 0x8000 != 0 ? -1 : 1
        if exponent == 31 { return .nan }
        let scale = exponent == 0 ? 1.0 / 16384 : Double(1 << exponent) / 32768
        return sign * scale * (exponent == 0 ? fraction : 1 + fraction)
    }
}
