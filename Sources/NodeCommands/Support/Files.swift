import FoundationEssentials
import Glibc

/// Reading and writing files: bounded, and whole or not at all.
package enum Files {
    /// The bytes of a file.
    ///
    /// - Throws: `Failure.input` when there is no such file, it is not a regular file, cannot be read, or is larger than
    ///   `limit` bytes.
    package static func read(_ path: String, limit: Int, expected: String) throws(Failure) -> [UInt8] {
        let manager = FileManager.default
        var isFolder = false
        guard manager.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw .input(["\(path): there is no such file; expected \(expected)"])
        }
        guard !isFolder else {
            throw .input(["\(path): is a folder; expected \(expected)"])
        }
        guard let handle = fopen(path, "rb") else {
            throw .input(["\(path): cannot be read (\(systemError())); expected \(expected)"])
        }
        defer { fclose(handle) }
        var bytes: [UInt8] = []
        let chunk = 1 << 20
        while true {
            let before = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: chunk))
            let got = bytes.withUnsafeMutableBytes { buffer in
                fread(buffer.baseAddress.map { $0 + before }, 1, chunk, handle)
            }
            bytes.removeLast(chunk - got)
            if bytes.count > limit {
                throw .input([
                    "\(path): is larger than \(limit >> 20) MiB, the most that Assay reads; expected \(expected)"
                ])
            }
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
        let fromStandardInput = path == "-"
        var isFolder = false
        if !fromStandardInput {
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder else {
                throw Failure.input(["\(path): there is no such file; expected \(expected)"])
            }
        }
        guard let handle = fromStandardInput ? fdopen(dup(0), "rb") : fopen(path, "rb") else {
            throw Failure.input(["\(path): cannot be read (\(systemError())); expected \(expected)"])
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
            let temporary = folder + "/." + output.name + ".\(getpid()).part"
            written.append((temporary, final))
            guard writeAll(output.content, to: temporary) else {
                let problem = systemError()
                discard()
                throw .environment("\(final): cannot be written (\(problem)); nothing was changed")
            }
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

    private static func writeAll(_ bytes: [UInt8], to path: String) -> Bool {
        guard let handle = fopen(path, "wb") else { return false }
        let wrote = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, handle) }
        let flushed = wrote == bytes.count && fflush(handle) == 0 && fsync(fileno(handle)) == 0
        return fclose(handle) == 0 && flushed
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
