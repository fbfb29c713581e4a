import RealModule

/// Integrals of smooth functions: 16-point Gauss and Legendre rules, panel by panel.
enum Quadrature {
    /// Nodes and weights on -1...1, found by Newton's method on the Legendre polynomial of degree 16.
    private static let rule: [(node: Double, weight: Double)] = {
        let degree = 16
        return (1...degree).map { place in
            var x = Double.cos(Double.pi * (Double(place) - 0.25) / (Double(degree) + 0.5))
            var slope = 1.0
            for _ in 0..<50 {
                var (last, current) = (1.0, x)
                for n in 2...degree {
                    (last, current) = (
                        current, (Double(2 * n - 1) * x * current - Double(n - 1) * last) / Double(n)
                    )
                }
                slope = Double(degree) * (x * current - last) / (x * x - 1)
                let step = current / slope
                x -= step
                if abs(step) < 1e-16 { break }
            }
            return (x, 2 / ((1 - x * x) * slope * slope))
        }
    }()

    /// The integral from low to high in equal panels; zero where there is nothing between them.
    static func integral(from low: Double, to high: Double, panels: Int, _ function: (Double) -> Double) -> Double {
        guard high > low, panels > 0 else { return 0 }
        let half = (high - low) / Double(panels) / 2
        var sum = 0.0
        for panel in 0..<panels {
            let middle = low + half * Double(2 * panel + 1)
            for (node, weight) in rule { sum += weight * function(middle + half * node) }
        }
        return sum * half
    }
}
