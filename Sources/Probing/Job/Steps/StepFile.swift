internal import Glibc

/// The file to which a job appends its steps: emptied before each run and read after it.
///
/// Whatever stands in its place by then, nothing else is ever emptied or read: a job, or somebody beside it, could
/// have put a link there that leads to any file of the system.
enum StepFile {
    /// No larger one is read, in bytes: cut, its last number might be another.
    static let maximumBytes = 64 << 20

    /// Empties it where it is there; says what is wrong otherwise.
    static func empty(_ path: String) -> String? {
        let (descriptor, problem) = opened(path, O_WRONLY)
        guard let descriptor else { return problem }
        defer { close(descriptor) }
        return ftruncate(descriptor, 0) == 0 ? nil : systemError(errno)
    }

    /// Its content; nil, with what is wrong where that is known, when it is not there or cannot be read.
    static func read(_ path: String) -> (bytes: [UInt8]?, problem: String?) {
        let (descriptor, problem) = opened(path, O_RDONLY)
        guard let descriptor else { return (nil, problem) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < maximumBytes {
            let count = Glibc.read(descriptor, &buffer, min(buffer.count, maximumBytes - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return (nil, systemError(errno)) }
            guard count > 0 else { break }
            bytes.append(contentsOf: buffer[..<count])
        }
        guard bytes.count < maximumBytes else { return (nil, "it is larger than \(maximumBytes >> 20) MiB") }
        return (bytes, nil)
    }

    /// A descriptor of the file itself; neither descriptor nor problem where nothing is there.
    private static func opened(_ path: String, _ access: Int32) -> (descriptor: Int32?, problem: String?) {
        let descriptor = open(path, access | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT: return (nil, nil)
            case ELOOP: return (nil, "it is a symbolic link, and none is followed")
            default: return (nil, systemError(errno))
            }
        }
        var status = stat()
        // A second name of a file may be anybody's file too.
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
            close(descriptor)
            return (nil, "it is no regular file with this one name")
        }
        return (descriptor, nil)
    }
}
