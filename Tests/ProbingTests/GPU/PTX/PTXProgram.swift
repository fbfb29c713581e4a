import Foundation

/// What is wrong with a program of PTX, or what it did wrong.
struct PTXFault: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// The types of the subset.
enum PTXType: String {
    case u32, s32, b32, f32, u64, b64, pred

    /// Bytes of a value; a predicate has none that a program sees.
    var bytes: Int { self == .pred ? 0 : self == .u64 || self == .b64 ? 8 : 4 }

    /// Whether a register declared so may stand where an instruction has a type: the same size, and floating-point
    /// numbers apart from whole ones unless one of the two is just bits (PTX ISA, Operand Type Checking).
    func holds(_ type: PTXType) -> Bool {
        guard bytes == type.bytes, (self == .pred) == (type == .pred) else { return false }
        let isBits = [self, type].contains { $0 == .b32 || $0 == .b64 }
        return isBits || (self == .f32) == (type == .f32)
    }
}

/// A program of PTX, as far as our kernels use the language (PTX ISA 7.0): its target and its kernels.
struct PTXProgram {
    let target: Int
    let kernels: [String: PTXKernel]

    init(_ text: String) throws {
        let heads = text.components(separatedBy: ".visible .entry ")
        var directives: [String: String] = [:]
        for line in heads[0].split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2 else { throw PTXFault("not a directive: \(line)") }
            directives[String(words[0])] = String(words[1])
        }
        guard directives[".version"] == "7.0", directives[".address_size"] == "64", directives.count == 3,
            let target = directives[".target"]?.split(separator: "_"), target.first == "sm",
            let number = target.last.flatMap({ Int($0) })
        else { throw PTXFault("the head is not that of PTX 7.0 with addresses of 64 bits: \(heads[0])") }
        self.target = number
        var kernels: [String: PTXKernel] = [:]
        for part in heads.dropFirst() {
            let kernel = try PTXKernel(part)
            guard kernels.updateValue(kernel, forKey: kernel.name) == nil else {
                throw PTXFault("two kernels are called \(kernel.name)")
            }
        }
        self.kernels = kernels
    }
}

/// A kernel: parameters, registers, and instructions ready to run.
struct PTXKernel {
    let name: String
    let parameters: [(name: String, type: PTXType)]
    /// Registers, by name, with their place and type.
    let registers: [String: (place: Int, type: PTXType)]
    let steps: [PTXStep]

    /// Reads `name(parameters) { body }`.
    fileprivate init(_ text: String) throws {
        guard let open = text.firstIndex(of: "("), let close = text.firstIndex(of: ")"),
            let begin = text.firstIndex(of: "{"), let end = text.lastIndex(of: "}"), close < begin,
            text[text.index(after: end)...].allSatisfy(\.isWhitespace)
        else { throw PTXFault("not a kernel: \(text.prefix(60))") }
        name = String(text[..<open])
        parameters = try text[text.index(after: open)..<close].split(separator: ",").map { declaration in
            let words = declaration.split(separator: " ")
            guard words.count == 3, words[0] == ".param", let type = PTXType(rawValue: String(words[1].dropFirst()))
            else { throw PTXFault("not a parameter: \(declaration)") }
            return (String(words[2]), type)
        }
        var registers: [String: (Int, PTXType)] = [:]
        var labels: [String: Int] = [:]
        var lines: [String] = []
        let body = text[text.index(after: begin)..<end]
        guard body.last(where: { !$0.isWhitespace }) == ";" else { throw PTXFault("\(name) does not end with a ;") }
        for part in body.split(separator: ";") {
            var line = Self.trimmed(part)
            guard !line.isEmpty else { continue }
            while let colon = line.firstIndex(of: ":") {
                let label = String(line[..<colon])
                guard labels.updateValue(lines.count, forKey: label) == nil else {
                    throw PTXFault("the label \(label) is there twice in \(name)")
                }
                line = Self.trimmed(line[line.index(after: colon)...])
            }
            if line.hasPrefix(".reg ") {
                try Self.declare(line, &registers)
            } else {
                lines.append(line)
            }
        }
        self.registers = registers
        let decoder = PTXDecoder(registers: registers, labels: labels, parameters: parameters)
        steps = try lines.map { try decoder.step($0) }
    }

    /// `.reg .b32 %r<20>` makes %r0 to %r19.
    private static func declare(_ line: String, _ registers: inout [String: (Int, PTXType)]) throws {
        let words = line.split(separator: " ")
        guard words.count == 3, let type = PTXType(rawValue: String(words[1].dropFirst())),
            let open = words[2].firstIndex(of: "<"), words[2].last == ">",
            let count = Int(words[2][words[2].index(after: open)...].dropLast())
        else { throw PTXFault("not a declaration: \(line)") }
        for number in 0..<count {
            let register = "\(words[2][..<open])\(number)"
            guard registers.updateValue((registers.count, type), forKey: register) == nil else {
                throw PTXFault("\(register) is declared twice")
            }
        }
    }

    static func trimmed(_ text: some StringProtocol) -> String {
        let rest = text.drop(while: \.isWhitespace)
        let end = rest.lastIndex { !$0.isWhitespace }
        return end.map { String(rest[...$0]) } ?? ""
    }
}
