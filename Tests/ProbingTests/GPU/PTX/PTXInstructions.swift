extension PTXDecoder {
    private static func real(_ bits: UInt64) -> Float { Float(bitPattern: UInt32(truncatingIfNeeded: bits)) }

    /// What works on registers alone; nil for another instruction.
    func arithmetic(_ name: String, _ type: PTXType, _ operands: [String]) throws -> PTXWork? {
        func result(_ sources: Int, _ target: PTXType? = nil, _ kinds: [PTXType]? = nil) throws -> (
            Int, UInt64, [PTXSource]
        ) {
            guard operands.count == sources + 1 else { throw PTXFault("\(operands.count) operands") }
            let target = target ?? type
            let mask = target.bytes == 8 ? UInt64.max : 0xFFFF_FFFF
            let kinds = kinds ?? Array(repeating: type, count: sources)
            return (
                try register(operands[0], target), mask,
                try zip(operands.dropFirst(), kinds).map { try source($0, $1) }
            )
        }
        func one(_ target: PTXType? = nil, _ work: @escaping @Sendable (UInt64) -> UInt64) throws
            -> PTXWork
        {
            let (place, mask, from) = try result(1, target)
            let a = from[0].value
            return PTXWork { $0.set(place, work(try a($0)) & mask) }
        }
        func two(
            _ target: PTXType? = nil,
            _ kinds: [PTXType]? = nil,
            _ work: @escaping @Sendable (UInt64, UInt64) -> UInt64
        ) throws -> PTXWork {
            let (place, mask, from) = try result(2, target, kinds)
            let (a, b) = (from[0].value, from[1].value)
            return PTXWork { $0.set(place, work(try a($0), try b($0)) & mask) }
        }
        func three(_ work: @escaping @Sendable (UInt64, UInt64, UInt64) -> UInt64) throws
            -> PTXWork
        {
            let (place, mask, from) = try result(3)
            let (a, b, c) = (from[0].value, from[1].value, from[2].value)
            return PTXWork { $0.set(place, work(try a($0), try b($0), try c($0)) & mask) }
        }
        switch (name, type) {
        case ("mov", .u32), ("mov", .f32): return try one { $0 }
        case ("add", .f32): return try two { UInt64((Self.real($0) + Self.real($1)).bitPattern) }
        case ("add", .u32), ("add", .u64): return try two { $0 &+ $1 }
        case ("sub", .u32): return try two { $0 &- $1 }
        case ("mul.lo", .u32): return try two { $0 &* $1 }
        case ("mul.wide", .u32): return try two(.u64) { $0 &* $1 }
        case ("mad.lo", .u32), ("mad.lo", .u64): return try three { $0 &* $1 &+ $2 }
        case ("and", .b32): return try two { $0 & $1 }
        // Amounts are .u32 whatever is shifted, and those beyond the width leave nothing.
        case ("shl", .b32): return try two(nil, [.b32, .u32]) { $1 > 31 ? 0 : $0 << $1 }
        case ("shl", .b64): return try two(nil, [.b64, .u32]) { $1 > 63 ? 0 : $0 << $1 }
        case ("cvt.u64", .u32): return try one(.u64) { $0 }
        case ("cvt.u32", .u64): return try one(.u32) { $0 }
        case ("cvt.rn.f32", .u32): return try one(.f32) { UInt64(Float(UInt32(truncatingIfNeeded: $0)).bitPattern) }
        // Global memory has the same addresses in the generic space.
        case ("cvta.to.global", .u64): return try one { $0 }
        case ("fma.rn", .f32):
            return try three { UInt64(Self.real($2).addingProduct(Self.real($0), Self.real($1)).bitPattern) }
        case ("setp.ge", .u32), ("setp.ge", .u64): return try two(.pred) { $0 >= $1 ? 1 : 0 }
        case ("setp.eq", .u32), ("setp.eq", .u64): return try two(.pred) { $0 == $1 ? 1 : 0 }
        default: return nil
        }
    }

    /// Parameters and global memory, in words of 32 bits; nil for another instruction.
    func memory(_ name: String, _ type: PTXType, _ operands: [String]) throws -> PTXWork? {
        func expect(_ condition: Bool, _ words: String) throws { if !condition { throw PTXFault(words) } }
        if name == "ld.param" {
            try expect(operands.count == 2, "\(operands.count) operands")
            let place = try register(operands[0], type)
            let parameter = parameters.firstIndex { "[\($0.name)]" == operands[1] }
            guard let parameter, parameters[parameter].type == type else {
                throw PTXFault("\(operands[1]) is no parameter that is .\(type)")
            }
            return PTXWork { $0.set(place, $0.arguments[parameter]) }
        }
        let words = name.hasSuffix(".v4") ? 4 : 1
        switch name {
        case "ld.global", "ld.global.v4":
            try expect(operands.count == 2 && type.bytes == 4, "not words")
            let places = try (words == 4 ? vector(operands[0], 4) : [operands[0]]).map { try register($0, type) }
            let address = try address(operands[1])
            return PTXWork { thread in
                let from = try thread.aligned(try address.value(thread), words: words)
                for (index, place) in places.enumerated() {
                    thread.set(place, UInt64(try thread.memory.load(from + UInt64(4 * index), by: thread.number)))
                }
            }
        case "st.global", "st.global.v4":
            try expect(operands.count == 2 && type.bytes == 4, "not words")
            let sources = try (words == 4 ? vector(operands[1], 4) : [operands[1]]).map { try source($0, type) }
            let address = try address(operands[0])
            return PTXWork { thread in
                let to = try thread.aligned(try address.value(thread), words: words)
                for (index, source) in sources.enumerated() {
                    let word = UInt32(truncatingIfNeeded: try source.value(thread))
                    try thread.memory.store(word, to + UInt64(4 * index), by: thread.number)
                }
            }
        case "red.global.add":
            try expect(operands.count == 2 && type == .u32, "not words")
            let word = try source(operands[1], type)
            let address = try address(operands[0])
            return PTXWork { thread in
                let to = try thread.aligned(try address.value(thread), words: 1)
                try thread.memory.add(UInt32(truncatingIfNeeded: try word.value(thread)), to)
            }
        default: return nil
        }
    }

    /// `[%rd6+4]`.
    private func address(_ text: String) throws -> PTXSource {
        guard text.first == "[", text.last == "]" else { throw PTXFault("\(text) is no address") }
        let parts = text.dropFirst().dropLast().split(separator: "+")
        let place = try register(String(parts.first ?? ""), .u64)
        let offset = parts.count == 1 ? 0 : UInt64(parts[1])
        guard let offset, parts.count <= 2 else { throw PTXFault("\(text) is no address") }
        return PTXSource { try $0.get(place) &+ offset }
    }
}
