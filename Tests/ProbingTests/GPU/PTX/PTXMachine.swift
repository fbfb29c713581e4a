/// Global memory, word by word: 32 bits at an address that is a multiple of four.
protocol PTXMemory: AnyObject {
    func load(_ address: UInt64, by thread: UInt64) throws -> UInt32
    func store(_ word: UInt32, _ address: UInt64, by thread: UInt64) throws
    /// Adds, as one operation that no other thread comes between.
    func add(_ word: UInt32, _ address: UInt64) throws
}

/// A thread: which one it is, and its registers.
final class PTXThread {
    let memory: any PTXMemory
    let arguments: [UInt64]
    let threads: UInt32
    let blocks: UInt32
    private(set) var thread: UInt32 = 0
    private(set) var block: UInt32 = 0
    private let count: Int
    private let values: UnsafeMutablePointer<UInt64>
    private let isWritten: UnsafeMutablePointer<Bool>
    /// The matrices that the first thread of a warp multiplied last, and what they gave.
    var product: (words: [UInt64], values: [Float])?
    /// The next instruction, and how many were done.
    var next = 0
    var done = 0

    init(_ kernel: PTXKernel, _ launch: PTXLaunch, _ memory: any PTXMemory) {
        self.memory = memory
        arguments = launch.arguments
        (threads, blocks) = (launch.threads, launch.blocks)
        count = kernel.registers.count
        values = .allocate(capacity: count)
        values.initialize(repeating: 0, count: count)
        isWritten = .allocate(capacity: count)
        isWritten.initialize(repeating: false, count: count)
    }

    deinit {
        values.deallocate()
        isWritten.deallocate()
    }

    /// Its number in the grid.
    var number: UInt64 { UInt64(block) * UInt64(threads) + UInt64(thread) }

    /// Begins as another thread, whose registers hold nothing.
    func begin(_ number: UInt64) {
        block = UInt32(number / UInt64(threads))
        thread = UInt32(number % UInt64(threads))
        (next, done) = (0, 0)
        isWritten.update(repeating: false, count: count)
    }

    func get(_ place: Int) throws -> UInt64 {
        guard isWritten[place] else { throw PTXFault("a register is read that was never written") }
        return values[place]
    }

    func set(_ place: Int, _ value: UInt64) {
        values[place] = value
        isWritten[place] = true
    }

    /// An address of a vector must be a multiple of the vector's size.
    func aligned(_ address: UInt64, words: Int) throws -> UInt64 {
        guard address.isMultiple(of: UInt64(4 * words)) else {
            throw PTXFault("an address that is no multiple of \(4 * words)")
        }
        return address
    }
}

/// How a kernel is launched.
struct PTXLaunch {
    var blocks: UInt32
    var threads: UInt32 = 256
    /// Bits of the arguments, in the order of the parameters.
    var arguments: [UInt64]
    /// Instructions after which a thread is held to run for ever.
    var mostSteps = 1_000_000
}

/// Runs kernels: thread by thread, and warps together where they multiply matrices.
enum PTXMachine {
    /// The whole grid, or some of its threads alone.
    static func run(_ kernel: PTXKernel, _ launch: PTXLaunch, _ memory: any PTXMemory, only: [UInt64]? = nil) throws {
        guard launch.arguments.count == kernel.parameters.count else {
            throw PTXFault("\(kernel.name) takes \(kernel.parameters.count) arguments, not \(launch.arguments.count)")
        }
        guard launch.blocks > 0, (1...1024).contains(launch.threads) else { throw PTXFault("no grid of CUDA's") }
        let lanes = (0..<32).map { _ in PTXThread(kernel, launch, memory) }
        for number in only ?? [] {
            lanes[0].begin(number)
            try warp(lanes.prefix(1), kernel, launch)
        }
        guard only == nil else { return }
        for block in 0..<UInt64(launch.blocks) {
            for first in stride(from: 0, to: UInt64(launch.threads), by: 32) {
                let count = min(32, UInt64(launch.threads) - first)
                for lane in 0..<count { lanes[Int(lane)].begin(block * UInt64(launch.threads) + first + lane) }
                try warp(lanes.prefix(Int(count)), kernel, launch)
            }
        }
    }

    private static func warp(_ lanes: ArraySlice<PTXThread>, _ kernel: PTXKernel, _ launch: PTXLaunch) throws {
        while true {
            var stops: Set<Int?> = []
            for lane in lanes { stops.insert(try advance(lane, kernel, launch.mostSteps)) }
            guard let stop = stops.first, stops.count == 1, lanes.count == 32 || stop == nil else {
                throw PTXFault("\(kernel.name): a warp does not come to a product as a whole")
            }
            guard let place = stop else { return }
            guard case .product(let product) = kernel.steps[place].action else { return }
            do { try product.perform(lanes) } catch {
                throw PTXFault("\(kernel.name): \(kernel.steps[place].line): \(error)")
            }
            for lane in lanes { lane.next += 1 }
        }
    }

    /// Runs a thread until it ends (nil) or comes to a product, whose place is given.
    private static func advance(_ thread: PTXThread, _ kernel: PTXKernel, _ most: Int) throws -> Int? {
        let steps = kernel.steps
        let count = steps.count
        var (next, done) = (thread.next, thread.done)
        do {
            while next < count {
                let step = steps[next]
                done += 1
                if done > most { throw PTXFault("no end after \(most) instructions") }
                if let condition = step.condition, try thread.get(condition.place) != (condition.wanted ? 1 : 0) {
                    next += 1
                    continue
                }
                switch step.action {
                case .plain(let work):
                    try work.perform(thread)
                    next += 1
                case .branch(let place): next = place
                case .end: return nil
                case .product:
                    (thread.next, thread.done) = (next, done)
                    return next
                }
            }
        } catch { throw PTXFault("\(kernel.name), thread \(thread.number): \(steps[next].line): \(error)") }
        throw PTXFault("\(kernel.name), thread \(thread.number): runs past the end")
    }
}
