import Glibc

/// Mathematics for tests, where names of the standard library's own would hide it.
enum ScaleMath {
    static func negativeLog(_ x: Double) -> Double { -Glibc.log(x) }
    static func exponential(_ x: Double) -> Double { Glibc.exp(x) }
}
