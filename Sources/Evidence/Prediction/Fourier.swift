import RealModule

/// Complex numbers in two columns, as the transform works on them.
struct Spectrum {
    var real: [Double]
    var imaginary: [Double]

    /// Real values, with imaginary parts of zero.
    init(_ values: [Double]) {
        real = values
        imaginary = [Double](repeating: 0, count: values.count)
    }

    /// Multiplies frequency by frequency: the values are then folded.
    mutating func multiply(by other: Spectrum) {
        for place in real.indices {
            let (a, b, c, d) = (real[place], imaginary[place], other.real[place], other.imaginary[place])
            real[place] = a * c - b * d
            imaginary[place] = a * d + b * c
        }
    }
}

/// The discrete Fourier transform of a fixed length, a power of two: radix 2, in place.
struct Fourier {
    let size: Int
    private let cosines: [Double]
    private let sines: [Double]
    private let swaps: [(Int, Int)]

    /// A transform of 2^exponent values, exponent 1...22.
    init(exponent: Int) {
        let exponent = min(max(exponent, 1), 22)
        let size = 1 << exponent
        self.size = size
        // Each from its own angle: recurrences would cost digits that far tails need.
        cosines = (0..<size / 2).map { Double.cos(2 * Double.pi * Double($0) / Double(size)) }
        sines = (0..<size / 2).map { Double.sin(2 * Double.pi * Double($0) / Double(size)) }
        swaps = (0..<size).compactMap { place in
            var (rest, mirrored) = (place, 0)
            for _ in 0..<exponent {
                mirrored = mirrored << 1 | rest & 1
                rest >>= 1
            }
            return place < mirrored ? (place, mirrored) : nil
        }
    }

    /// The sum of x(k) exp(-2πijk/n), or with the other sign and divided by n.
    func transform(_ values: inout Spectrum, inverse: Bool = false) {
        guard values.real.count == size, values.imaginary.count == size else { return }
        let sign = inverse ? 1.0 : -1.0
        values.real.withUnsafeMutableBufferPointer { real in
            values.imaginary.withUnsafeMutableBufferPointer { imaginary in
                for (a, b) in swaps {
                    real.swapAt(a, b)
                    imaginary.swapAt(a, b)
                }
                var half = 1
                while half < size {
                    let stride = size / (2 * half)
                    var start = 0
                    while start < size {
                        for place in 0..<half {
                            let c = cosines[place * stride]
                            let s = sign * sines[place * stride]
                            let (low, high) = (start + place, start + place + half)
                            let re = real[high] * c - imaginary[high] * s
                            let im = real[high] * s + imaginary[high] * c
                            real[high] = real[low] - re
                            imaginary[high] = imaginary[low] - im
                            real[low] += re
                            imaginary[low] += im
                        }
                        start += 2 * half
                    }
                    half *= 2
                }
                if inverse {
                    let scale = 1 / Double(size)
                    for place in 0..<size {
                        real[place] *= scale
                        imaginary[place] *= scale
                    }
                }
            }
        }
    }
}
