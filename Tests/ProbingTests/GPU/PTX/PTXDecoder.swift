/// A value as a thread has it.
///
/// A structure and no bare closure, as is ``PTXWork``: one in an array or an optional is called through two more functions,
/// and these are called millions of times.
struct PTXSource: Sendable {
    let value: @Sendable (PTXThread) throws -> UInt64
}

/// What an instruction does to the thread's own registers, or to memory.
struct PTXWork: Sendable {
    let perform: @Sendable (PTXThread) throws -> Void
}

/// What one instruction does.
///
/// A class, since it is looked at some hundred thousand times.
final class PTXStep: Sendable {
    enum Action {
        case plain(PTXWork)
        case branch(to: Int)
        case end
        /// A product by the whole warp.
        case product(PTXMatrixProduct)
    }

    let line: String
    /// The predicate on which it is done, and which way round.
    let condition: (place: Int, wanted: Bool)?
    let action: Action

    init(line: String, condition: (place: Int, wanted: Bool)?, action: Action) {
        (self.line, self.condition, self.action) = (line, condition, action)
    }
}

/// Makes steps of lines, and refuses what the subset does not have or the language forbids.
struct PTXDecoder {
    let registers: [String: (place: Int, type: PTXType)]
    let labels: [String: Int]
    let parameters: [(name: String, type: PTXType)]

    func step(_ line: String) throws -> PTXStep {
        do {
            var rest = Substring(line)
            var condition: (Int, Bool)?
            if rest.first == "@" {
                let word = rest.prefix { $0 != " " }
                let isNegated = word.dropFirst().first == "!"
                condition = (try register(String(word.dropFirst(isNegated ? 2 : 1)), .pred), !isNegated)
                rest = rest.dropFirst(word.count + 1)
            }
            let code = String(rest.prefix { $0 != " " })
            let operands = Self.operands(rest.dropFirst(code.count))
            return PTXStep(line: line, condition: condition, action: try action(code, operands))
        } catch { throw PTXFault("\(line): \(error)") }
    }

    /// Splits at the commas that stand outside of braces.
    private static func operands(_ text: Substring) -> [String] {
        var parts = [""]
        var isInside = false
        for letter in text {
            if letter == "{" || letter == "}" { isInside = letter == "{" }
            if letter == ",", !isInside { parts.append("") } else { parts[parts.count - 1].append(letter) }
        }
        return parts.map(PTXKernel.trimmed).filter { !$0.isEmpty }
    }

    private func action(_ code: String, _ operands: [String]) throws -> PTXStep.Action {
        func expect(_ count: Int) throws {
            guard operands.count == count else {
                throw PTXFault("\(operands.count) operands where \(count) are expected")
            }
        }
        switch code {
        case "ret":
            try expect(0)
            return .end
        case "bra":
            try expect(1)
            guard let place = labels[operands[0]] else { throw PTXFault("there is no label \(operands[0])") }
            return .branch(to: place)
        case "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32":
            try expect(4)
            func places(_ text: String, _ type: PTXType, _ count: Int) throws -> [Int] {
                try vector(text, count).map { try register($0, type) }
            }
            // Halves stand in pairs in registers of 32 bits.
            return .product(
                PTXMatrixProduct(
                    d: try places(operands[0], .f32, 4),
                    a: try places(operands[1], .b32, 4),
                    b: try places(operands[2], .b32, 2),
                    c: try places(operands[3], .f32, 4)
                )
            )
        default:
            guard let dot = code.lastIndex(of: "."),
                let type = PTXType(rawValue: String(code[code.index(after: dot)...]))
            else { throw PTXFault("an instruction that the subset does not have") }
            let name = String(code[..<dot])
            if let work = try arithmetic(name, type, operands) ?? memory(name, type, operands) { return .plain(work) }
            throw PTXFault("an instruction that the subset does not have")
        }
    }

    // Operands.

    /// The place of a register that may hold a type.
    func register(_ text: String, _ type: PTXType) throws -> Int {
        guard let found = registers[text] else { throw PTXFault("\(text) is no declared register") }
        guard found.type.holds(type) else { throw PTXFault("\(text) is .\(found.type), which is no .\(type)") }
        return found.place
    }

    func vector(_ text: String, _ count: Int) throws -> [String] {
        guard text.first == "{", text.last == "}" else { throw PTXFault("\(text) is no vector") }
        let parts = text.dropFirst().dropLast().split(separator: ",").map(PTXKernel.trimmed)
        guard parts.count == count else { throw PTXFault("\(text) has not \(count) elements") }
        return parts
    }

    /// A register, a number, or one of the registers that say which thread this is.
    func source(_ text: String, _ type: PTXType) throws -> PTXSource {
        switch text {
        case "%tid.x" where type == .u32: return PTXSource { UInt64($0.thread) }
        case "%ntid.x" where type == .u32: return PTXSource { UInt64($0.threads) }
        case "%ctaid.x" where type == .u32: return PTXSource { UInt64($0.block) }
        case "%nctaid.x" where type == .u32: return PTXSource { UInt64($0.blocks) }
        default: break
        }
        if text.first == "%" {
            let place = try register(text, type)
            return PTXSource { try $0.get(place) }
        }
        let value =
            text.hasPrefix("0f") && text.count == 10
            ? (type == .f32 ? UInt64(text.dropFirst(2), radix: 16) : nil) : (type == .f32 ? nil : UInt64(text))
        guard let value, type.bytes == 8 || value >> 32 == 0 else { throw PTXFault("\(text) is no .\(type)") }
        return PTXSource { _ in value }
    }
}
