internal import Glibc

/// Lines that may be steps, kept until the job is done: in memory, and beyond a bound in a file without a name.
///
/// Looking for numbers while the job runs would take processors from it and let it wait for its own output.
final class LineSpool: @unchecked Sendable {
    // Safe: one thread writes; it hands the spool over to one that reads, and touches it again only when that has ended.
    private var memory: [UInt8] = []
    private let memoryBytes: Int
    private let mostBytes: Int
    private var descriptor: Int32 = -1
    private var fileBytes = 0
    /// Why what it holds is not all, as a clause.
    private(set) var problem: String?

    init(memoryBytes: Int = StepLimits.memoryBytes, mostBytes: Int = StepLimits.mostBytes) {
        self.memoryBytes = memoryBytes
        self.mostBytes = mostBytes
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    private static let frame = 2 * MemoryLayout<Int>.size

    /// Keeps a line.
    func append(_ line: OutputLine) {
        guard problem == nil else { return }
        guard fileBytes + memory.count + Self.frame + line.bytes.count <= mostBytes else {
            problem =
                "it printed more than \(mostBytes >> 20) MiB of lines that may be steps; let it say less, or give "
                + "--step-pattern some text that only steps have"
            return
        }
        // The sign says whether the line was cut.
        let header = [line.number, line.isCut ? ~line.bytes.count : line.bytes.count]
        header.withUnsafeBytes { memory.append(contentsOf: $0) }
        memory.append(contentsOf: line.bytes)
        if memory.count > memoryBytes { spill() }
    }

    private func spill() {
        if descriptor < 0 {
            let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
            var name = Array("\(folder)/assay-output-XXXXXX".utf8CString)
            descriptor = mkstemp(&name)
            guard descriptor >= 0 else {
                problem = "its output cannot be kept in \(folder) (\(systemError(errno))); set TMPDIR to another folder"
                return
            }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            unlink(name)
        }
        var place = 0
        while place < memory.count {
            let count = memory[place...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                problem = "its output cannot be kept (\(systemError(errno))); set TMPDIR to a folder with more room"
                return
            }
            place += count
        }
        fileBytes += memory.count
        memory.removeAll(keepingCapacity: true)
    }

    /// Gives every line in order, until `line` says to stop.
    func forEach(_ line: (OutputLine) -> Bool) {
        if fileBytes > 0 {
            guard let map = mmap(nil, fileBytes, PROT_READ, MAP_PRIVATE, descriptor, 0), map != MAP_FAILED else {
                problem = "its output, kept in a file, cannot be read (\(systemError(errno)))"
                return
            }
            defer { munmap(map, fileBytes) }
            guard Self.walk(UnsafeRawBufferPointer(start: map, count: fileBytes), line) else { return }
        }
        memory.withUnsafeBytes { _ = Self.walk($0, line) }
    }

    private static func walk(_ bytes: UnsafeRawBufferPointer, _ line: (OutputLine) -> Bool) -> Bool {
        var place = 0
        while place + frame <= bytes.count {
            let number = bytes.loadUnaligned(fromByteOffset: place, as: Int.self)
            let length = bytes.loadUnaligned(fromByteOffset: place + frame / 2, as: Int.self)
            let (start, count) = (place + frame, length < 0 ? ~length : length)
            guard count <= bytes.count - start else { return false }
            let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])
            guard line(OutputLine(bytes: piece, number: number, isCut: length < 0)) else { return false }
            place = start + count
        }
        return true
    }
}
