import FoundationEssentials
import Glibc

/// Reading and writing files: bounded, and whole or not at all.
package enum Files {
    /// The bytes of a file.
    ///
    /// - Throws: `Failure.input` when there is no such file, it is not a regular file, cannot be read, or is larger than
    ///   `limit` bytes.
    package static func read(_ path: String, limit: Int, expected: String) throws(Failure) -> [UInt8] {
        let handle = try opened(path, expected: expected, remedy: "write what it gives to a file, and name that")
        defer { fclose(handle) }
        let tooLarge = Failure.input([
            "\(path): is larger than \(limit >> 20) MiB, the most that Assay reads; expected \(expected)"
        ])
        // A sparse file of any size costs nothing to make: its length says enough.
        var status = stat()
        if fstat(fileno(handle), &status) == 0, status.st_size > limit { throw tooLarge }
        var bytes: [UInt8] = []
        let chunk = 1 << 20
        while true {
            let before = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: chunk))
            let got = bytes.withUnsafeMutableBytes { buffer in
                fread(buffer.baseAddress.map { $0 + before }, 1, chunk, handle)
            }
            bytes.removeLast(chunk - got)
            if bytes.count > limit { throw tooLarge }
            if got < chunk { break }
        }
        if ferror(handle) != 0 {
            throw .input(["\(path): cannot be read to its end (\(systemError())); expected \(expected)"])
        }
        return bytes
    }

    /// Hands the bytes of a file over in pieces, so that a file of any size needs little memory.
    package static func stream(
        _ path: String,
        expected: String,
        _ consume: ([UInt8]) throws -> Void
    ) throws {
        let handle: UnsafeMutablePointer<FILE>
        if path == "-" {
            guard let standardInput = fdopen(dup(0), "rb") else {
                throw Failure.input(["standard input cannot be read (\(systemError())); expected \(expected)"])
            }
            handle = standardInput
        } else {
            handle = try opened(path, expected: expected, remedy: "name - and pipe it in, or write it to a file first")
        }
        defer { fclose(handle) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let got = buffer.withUnsafeMutableBytes { fread($0.baseAddress, 1, $0.count, handle) }
            if got > 0 { try consume(Array(buffer[..<got])) }
            if got < buffer.count { break }
        }
        if ferror(handle) != 0 {
            throw Failure.input(["\(path): cannot be read to its end (\(systemError()))"])
        }
    }

    /// The first bytes of a regular file; nil where it is none, or cannot be read.
    package static func head(_ path: String, bytes count: Int) -> [UInt8]? {
        guard let handle = try? opened(path, expected: "a file", remedy: "") else { return nil }
        defer { fclose(handle) }
        var bytes = [UInt8](repeating: 0, count: count)
        let got = bytes.withUnsafeMutableBytes { fread($0.baseAddress, 1, $0.count, handle) }
        return Array(bytes[..<got])
    }

    /// A regular file, opened for reading: a pipe or a device could make whoever reads it wait for ever.
    private static func opened(
        _ path: String,
        expected: String,
        remedy: String
    ) throws(Failure) -> UnsafeMutablePointer<FILE> {
        // Without waiting: opening a pipe that nobody writes to would not return.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let problem = errno
            guard problem != ENOENT, problem != ENOTDIR else {
                throw .input(["\(path): there is no such file; expected \(expected)"])
            }
            throw .input(["\(path): cannot be read (\(String(cString: strerror(problem)))); expected \(expected)"])
        }
        var status = stat()
        let kind = fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : 0
        guard kind == S_IFREG, let handle = fdopen(descriptor, "rb") else {
            let what =
                switch kind {
                case S_IFDIR: "is a folder"
                case S_IFIFO: "is a pipe, and only regular files are read by name"
                case S_IFREG: "cannot be read (\(systemError()))"
                default: "is a device or another special file, and only regular files are read by name"
                }
            close(descriptor)
            let advice = kind == S_IFDIR || kind == S_IFREG ? "" : "; \(remedy)"
            throw .input(["\(path): \(what); expected \(expected)\(advice)"])
        }
        return handle
    }

    /// The text of a file, which must be UTF-8.
    package static func readText(_ path: String, limit: Int, expected: String) throws(Failure) -> String {
        let bytes = try read(path, limit: limit, expected: expected)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .input(["\(path): is not UTF-8 text; save it as UTF-8"])
        }
        return text
    }

    /// One file to write.
    package struct Output {
        /// Its name inside the folder, or its path.
        var name: String
        var content: [UInt8]

        package init(_ name: String, _ text: String) {
            self.name = name
            self.content = Array(text.utf8)
        }

        package init(_ name: String, bytes: [UInt8]) {
            self.name = name
            self.content = bytes
        }
    }

    /// Writes a set of files into a folder: every one is written beside its place first, and only then are they renamed,
    /// so that an error leaves what was there.
    ///
    /// - Throws: `Failure.input` when something other than a regular file (a device, a link, a folder) stands in the
    ///   place of one, and `Failure.environment` when the system refuses.
    package static func write(_ outputs: [Output], into folder: String) throws(Failure) {
        for output in outputs { try requireReplaceable(folder + "/" + output.name) }
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw .environment("\(folder): \(folderProblem(folder, error))")
        }
        var written: [(temporary: String, final: String)] = []
        func discard() {
            for file in written { unlink(file.temporary) }
        }
        for output in outputs {
            let final = folder + "/" + output.name
            let temporary = folder + "/." + output.name + ".\(String(UInt64.random(in: 0 ... .max), radix: 36)).part"
            guard writeAll(output.content, to: temporary) else {
                let problem = systemError()
                discard()
                throw .environment("\(final): cannot be written (\(problem)); nothing was changed")
            }
            written.append((temporary, final))
        }
        for file in written where rename(file.temporary, file.final) != 0 {
            let problem = systemError()
            discard()
            throw .environment("\(file.final): cannot be put in place (\(problem))")
        }
    }

    /// Writes one file, whole and renamed into place.
    package static func write(_ output: Output) throws(Failure) {
        let parts = output.name.split(separator: "/", omittingEmptySubsequences: false)
        let name = parts.last.map(String.init) ?? output.name
        guard !name.isEmpty else { throw .input(["'\(output.name)' names a folder; give a file name"]) }
        let folder = parts.count > 1 ? parts.dropLast().joined(separator: "/") : "."
        try write([Output(name, bytes: output.content)], into: folder.isEmpty ? "/" : folder)
    }

    /// The names of the files in a folder, sorted.
    package static func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    package static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path)
    }

    /// Whether both paths lead to one file, by whatever names.
    package static func isSame(_ path: String, _ other: String) -> Bool {
        var (one, two) = (stat(), stat())
        return stat(path, &one) == 0 && stat(other, &two) == 0 && one.st_dev == two.st_dev && one.st_ino == two.st_ino
    }

    /// Whether an output takes the place of a file: both lead to one file, or would once they are written.
    package static func wouldReplace(_ file: String, _ output: String) -> Bool {
        isSame(file, output) && !isFolder(file) || resolved(file) == resolved(output)
    }

    /// Where a path leads, links followed as far as there is anything.
    private static func resolved(_ path: String) -> String {
        var path = path
        // A link that leads nowhere names the file that would be made there.
        for _ in 0..<40 {
            if let real = realpath(path, nil) {
                defer { free(real) }
                return String(cString: real)
            }
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { break }
            let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
            path = target.hasPrefix("/") ? target : folder + target
        }
        // A folder that was removed while somebody stands in it has no other name.
        guard path != "." else { return path }
        let slash = path.lastIndex(of: "/")
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        let parent = slash.map { String(path[..<$0]) } ?? "."
        let folder = parent.isEmpty ? "" : resolved(parent)
        // Of folders that are yet to be made, what the names say.
        switch name {
        case "", ".": return folder
        case "..": return folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? folder
        default: return folder + "/" + name
        }
    }

    /// Whether anything has this name, a link that leads nowhere included.
    package static func standsThere(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    package static func isFolder(_ path: String) -> Bool {
        var isFolder = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
    }

    /// Whether two paths lead to one file or folder.
    package static func areSame(_ left: String, _ right: String) -> Bool {
        var first = stat(), second = stat()
        guard stat(left, &first) == 0, stat(right, &second) == 0 else { return false }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }

    /// Refuses an output that could not be written in the end, so that nobody waits hours to learn it.
    ///
    /// - Throws: `Failure.input` where something other than a regular file stands in its place, `Failure.environment`
    ///   where the folder cannot be written or made.
    package static func requireWritable(_ path: String) throws(Failure) {
        guard !path.isEmpty, !path.hasSuffix("/") else {
            throw .input(["'\(path)' names a folder; give a file name"])
        }
        try requireReplaceable(path)
        var folder = path.hasPrefix("/") ? path : "./" + path
        while let slash = folder.lastIndex(of: "/") {
            folder = String(folder[..<slash])
            let place = folder.isEmpty ? "/" : folder
            guard exists(place) else { continue }
            guard isFolder(place) else {
                throw .environment("\(path): cannot be written: \(place) is a file, not a folder")
            }
            // Some folders grant everything and take nothing, such as /proc: only a file that was made shows.
            let trial = place + "/.assay-\(String(UInt64.random(in: 0 ... .max), radix: 36)).part"
            guard access(place, W_OK | X_OK) == 0, writeAll([0x0A], to: trial) else {
                throw .environment(
                    "\(path): cannot be written into \(place) (\(systemError())); choose another with -o"
                )
            }
            unlink(trial)
            return
        }
    }

    /// Renaming would take the place of a device node or a link, which nobody who names an output means.
    private static func requireReplaceable(_ path: String) throws(Failure) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return }
        let kind =
            switch status.st_mode & S_IFMT {
            case S_IFLNK: "a symbolic link"
            case S_IFDIR: "a folder"
            default: "a device or another special file"
            }
        throw .input(["\(path): is \(kind), and only a regular file is ever replaced; name another file"])
    }

    /// Makes a new file, never through a link: in a folder that others write to, one could lead anywhere.
    private static func writeAll(_ bytes: [UInt8], to path: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { return false }
        var written = 0
        while written < bytes.count {
            let step = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if step < 0, errno == EINTR { continue }
            guard step > 0 else { break }
            written += step
        }
        var problem = written == bytes.count && fsync(descriptor) == 0 ? 0 : max(errno, EPERM)
        if close(descriptor) != 0, problem == 0 { problem = errno }
        guard problem != 0 else { return true }
        unlink(path)
        errno = problem
        return false
    }

    private static func systemError() -> String {
        String(cString: strerror(errno))
    }

    /// Why a folder cannot be made, and what to do: in its way may stand a file at any level.
    private static func folderProblem(_ folder: String, _ error: any Error) -> String {
        var path = ""
        for part in folder.split(separator: "/") {
            path += path.isEmpty && !folder.hasPrefix("/") ? String(part) : "/" + part
            if exists(path), !isFolder(path) {
                let what = path == folder ? "is a file" : "cannot be made, since \(path) is a file"
                return "\(what), and the outputs need a folder; name another one, or move the file away"
            }
        }
        // The code of the system's error, where Foundation carries one; its own text names types of no use to a reader.
        let code = ((error as? CocoaError)?.underlying as? POSIXError)?.code.rawValue ?? errno
        return
            "the folder cannot be made (\(String(cString: strerror(code)))); check the path and its permissions, or name "
            + "another folder"
    }
}
