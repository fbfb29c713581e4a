/// Memory for kernels, in regions that lie far apart: nothing outside of them may be touched, no word may be read that nobody
/// wrote, and no two threads may meet at a word but by adding.
///
/// Only words that were written take room, so a region can be as large as on a GPU.
final class PTXRegions: PTXMemory {
    private struct Region {
        let base: UInt64
        let words: UInt64
        let content: ((UInt64) -> UInt32)?
    }

    private var regions: [Region] = []
    private var words: [UInt64: UInt32] = [:]
    private var writers: [UInt64: UInt64] = [:]
    private static let apart: UInt64 = 1 << 40

    /// A region of so many words, whose content, if it has one, is told by a function; answers its address.
    func region(words: UInt64, _ content: ((UInt64) -> UInt32)? = nil) -> UInt64 {
        let base = UInt64(regions.count + 1) * Self.apart + 256
        regions.append(Region(base: base, words: words, content: content))
        return base
    }

    /// The next launch begins: what was written stands for every thread.
    func settle() { writers = [:] }

    /// How many words were written in this launch.
    var written: Int { writers.count }

    /// A word of a region; nil where nobody wrote.
    func word(_ base: UInt64, _ index: UInt64) -> UInt32? {
        words[base + 4 * index] ?? regions.first { $0.base == base }?.content.map { $0(index) }
    }

    func load(_ address: UInt64, by thread: UInt64) throws -> UInt32 {
        let region = try region(at: address)
        if let writer = writers[address], writer != thread { throw PTXFault("reads what thread \(writer) wrote") }
        guard let word = words[address] ?? region.content.map({ $0((address - region.base) / 4) }) else {
            throw PTXFault("reads memory that nobody wrote")
        }
        return word
    }

    func store(_ word: UInt32, _ address: UInt64, by thread: UInt64) throws {
        _ = try region(at: address)
        if let writer = writers.updateValue(thread, forKey: address), writer != thread {
            throw PTXFault("writes over what thread \(writer) wrote")
        }
        words[address] = word
    }

    func add(_ word: UInt32, _ address: UInt64) throws {
        let region = try region(at: address)
        guard writers[address] == nil,
            let old = words[address] ?? region.content.map({ $0((address - region.base) / 4) })
        else { throw PTXFault("adds to what nobody wrote, or a thread did") }
        words[address] = old &+ word
    }

    private func region(at address: UInt64) throws -> Region {
        let index = Int(address / Self.apart) - 1
        guard regions.indices.contains(index), address >= regions[index].base,
            (address - regions[index].base) / 4 < regions[index].words
        else { throw PTXFault("an address outside of the memory that was given: 0x\(String(address, radix: 16))") }
        return regions[index]
    }
}
