internal import Glibc

/// Memory of a ``Column``, freed with its last user.
///
/// It starts at a line of the cache, so that an element whose size divides a line never lies on two. A large one asks for
/// huge pages: what a replay of many nodes reads lies far apart, and on small pages each read first has to find its page.
final class ColumnStorage {
    let memory: UnsafeMutableRawPointer

    private static let cacheLine = 64
    private static let hugePage = 1 << 21

    init(bytes: Int) {
        let isLarge = bytes >= Self.hugePage
        memory = .allocate(byteCount: max(1, bytes), alignment: isLarge ? Self.hugePage : Self.cacheLine)
        // Advice: where the kernel has no huge pages, nothing changes.
        if isLarge { _ = madvise(memory, bytes, MADV_HUGEPAGE) }
    }

    deinit { memory.deallocate() }
}
