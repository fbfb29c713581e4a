/// `mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32`: D = A B + C by a warp, each lane with its fragment.
///
/// Rows and columns of an element are those of the PTX ISA, "Matrix Fragments for mma.m16n8k16 with floating point type".
struct PTXMatrixProduct {
    /// Places of each lane's registers.
    let d: [Int]
    let a: [Int]
    let b: [Int]
    let c: [Int]

    /// Multiplies and adds.
    ///
    /// In which order the hardware adds, and how it rounds on the way, is not told. So only whole numbers are taken whose sums
    /// stay small enough to be exact in any order.
    func perform(_ lanes: ArraySlice<PTXThread>) throws {
        guard let first = lanes.first else { return }
        var words: [UInt64] = []
        for thread in lanes { for place in a + b { words.append(try thread.get(place)) } }
        // Kernels multiply the same matrices many times.
        if first.product?.words != words { first.product = (words, try Self.product(words)) }
        guard let product = first.product?.values else { return }
        for (lane, thread) in lanes.enumerated() {
            for i in 0..<4 {
                let (row, column) = Self.place(lane, i)
                let start = Float(bitPattern: UInt32(try thread.get(c[i])))
                guard start == start.rounded(), abs(start) + 0x1p20 <= 0x1p24 else { throw Self.inexact }
                thread.set(d[i], UInt64((start + product[row * 8 + column]).bitPattern))
            }
        }
    }

    private static let inexact = PTXFault(
        "a sum that is not one of small whole numbers: its rounding is the hardware's own"
    )

    /// A B by rows, from six words of each lane, four of A and two of B.
    private static func product(_ words: [UInt64]) throws -> [Float] {
        // A by rows, B by columns.
        var left = [Float](repeating: 0, count: 16 * 16)
        var right = [Float](repeating: 0, count: 8 * 16)
        for lane in 0..<32 {
            let (group, inGroup) = (lane >> 2, lane % 4)
            for i in 0..<8 {
                let row = (0..<2).contains(i) || (4..<6).contains(i) ? group : group + 8
                let column = inGroup * 2 + (i & 1) + (i >= 4 ? 8 : 0)
                left[row * 16 + column] = half(words[lane * 6 + i / 2], i & 1)
            }
            for i in 0..<4 {
                let row = inGroup * 2 + (i & 1) + (i >= 2 ? 8 : 0)
                right[group * 16 + row] = half(words[lane * 6 + 4 + i / 2], i & 1)
            }
        }
        // Sixteen products of such numbers stay below 2^20.
        guard (left + right).allSatisfy({ $0 == $0.rounded() && abs($0) < 256 }) else { throw inexact }
        return (0..<16 * 8).map { place in
            (0..<16).reduce(0) { $0 + left[place / 8 * 16 + $1] * right[place % 8 * 16 + $1] }
        }
    }

    /// Where element i of a lane's C and D stands.
    static func place(_ lane: Int, _ i: Int) -> (row: Int, column: Int) {
        ((lane >> 2) + (i < 2 ? 0 : 8), (lane % 4) * 2 + (i & 1))
    }

    /// The low half of a word is the first of the two.
    private static func half(_ word: UInt64, _ which: Int) -> Float {
        Float(Float16(bitPattern: UInt16(truncatingIfNeeded: word >> (16 * which))))
    }
}
