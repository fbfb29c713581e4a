import Foundation
import Testing

/// A virtual machine that boots, carries out commands, hands out what they left, and ends: QEMU, Debian's cloud kernel, and
/// an initramfs around the static `assay-node`.
struct GuestMachine {
    /// What carries out the guest's instructions.
    enum Accelerator: String {
        /// The processor, through /dev/kvm.
        case kvm
        /// QEMU in software.
        case tcg
    }

    /// What came out of a guest.
    struct Outcome {
        /// What it ran on at last.
        var accelerator: Accelerator
        /// What the commands left, by name: `NAME.out`, `NAME.err`, `NAME.status`, and their files.
        var files: [String: Data]
        /// From start to power-off, in seconds.
        var seconds: Double

        /// The exit status of a command.
        func status(_ name: String) -> Int? { text(name + ".status").flatMap { Int($0) } }

        /// What a command left, as text.
        func text(_ name: String) -> String? { files[name].map { String(decoding: $0, as: UTF8.self) } }
    }

    /// A guest that did not do what it was started for.
    struct Fault: Error, CustomStringConvertible {
        var description: String
    }

    /// Where `scripts/guest-parts` puts the kernel, the first process and the program.
    static let parts = AssayBinary.root + "/.build/guest"

    /// The static program, which runs on this machine too.
    static let node = parts + "/assay-node"

    /// Whether there is all that a guest needs.
    static let isComplete =
        ["vmlinuz", "init", "assay-node"].allSatisfy { FileManager.default.fileExists(atPath: parts + "/" + $0) }
        && qemu != nil

    /// What goes before a measured program, so that others on the machine wait; who may not ask for that is told so on
    /// standard error, and the program runs as it is.
    static let preferred = ["/usr/bin/nice", "-n", "-20"]

    private static let qemu = ["/usr/bin/qemu-system-x86_64", "/usr/local/bin/qemu-system-x86_64"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Boots a guest that carries the jobs out, each a name and the words of a command.
    ///
    /// - Parameters:
    ///   - jobs: what to do, in order.
    ///   - accelerators: tried in order; one under which the guest does not come up is given up.
    ///   - bootSeconds: how long it may take to come up in software; with the processor's help, 6 s are ample.
    ///   - limit: for all of a guest's life, in seconds.
    /// - Returns: what came out.
    /// - Throws: `Fault` when there is no guest that did all of it.
    static func run(
        _ jobs: [(name: String, words: [String])],
        accelerators: [Accelerator],
        bootSeconds: Double = 120,
        limit: Double = 240
    ) throws -> Outcome {
        let folder = try TemporaryFolder()
        try initramfs(jobs).write(to: URL(fileURLWithPath: folder.path + "/initramfs"))
        var faults: [String] = []
        for accelerator in accelerators {
            do {
                let patience = accelerator == .kvm ? 6 : bootSeconds
                return try boot(accelerator, in: folder.path, bootSeconds: patience, limit: limit)
            } catch let fault as Fault {
                faults.append("\(accelerator.rawValue): \(fault)")
            }
        }
        throw Fault(description: faults.joined(separator: "; "))
    }

    private static func boot(
        _ accelerator: Accelerator,
        in folder: String,
        bootSeconds: Double,
        limit: Double
    ) throws -> Outcome {
        let (port, console) = (folder + "/port", folder + "/console")
        for path in [port, console] { try Data().write(to: URL(fileURLWithPath: path)) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: preferred[0])
        process.arguments =
            try preferred[1...] + [
                #require(qemu), "-accel", accelerator == .tcg ? "tcg,thread=multi" : "kvm", "-cpu",
                accelerator == .tcg ? "max" : "host",
                "-smp", "2", "-m", "1024", "-nodefaults", "-display", "none", "-no-reboot",
                "-serial", "file:" + console, "-serial", "file:" + port,
                "-kernel", parts + "/vmlinuz", "-initrd", folder + "/initramfs",
                // A loaded host may starve the emulated timer while the kernel tests it, and the kernel then gives up.
                "-append", "console=ttyS0 quiet panic=-1 no_timer_check",
            ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let complaints = folder + "/complaints"
        try Data().write(to: URL(fileURLWithPath: complaints))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: complaints))
        let start = ContinuousClock.now
        func elapsed() -> Double { (ContinuousClock.now - start) / .seconds(1) }
        try process.run()
        var isUp = false
        while process.isRunning {
            usleep(20_000)
            if !isUp { isUp = size(port) > 0 }
            guard elapsed() > (isUp ? limit : bootSeconds) else { continue }
            // Not asked but killed: a QEMU whose guest hangs inside KVM does not listen.
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            throw Fault(
                description: isUp
                    ? "the guest was not done after \(limit) s" : "the guest did not come up in \(bootSeconds) s"
            )
        }
        let seconds = elapsed()
        let files = try frames(Data(contentsOf: URL(fileURLWithPath: port)))
        guard files["end"] != nil else {
            let said = [complaints, console].map { (try? String(contentsOfFile: $0, encoding: .utf8)) ?? "" }
            throw Fault(description: "the guest ended early: \(said.joined(separator: " ").suffix(1_000))")
        }
        return Outcome(accelerator: accelerator, files: files, seconds: seconds)
    }

    private static func initramfs(_ jobs: [(name: String, words: [String])]) throws -> Data {
        var archive = GuestArchive()
        archive.addConsole()
        archive.add("init", try content(parts + "/init"))
        archive.add("bin/assay-node", try content(node))
        for library in try libraries(node) { archive.add(library, try content(library)) }
        let lines = jobs.map { ([$0.name] + $0.words).joined(separator: " ") + "\n" }
        archive.add("jobs", Data(lines.joined().utf8), mode: 0o100644)
        return archive.finished()
    }

    /// The C libraries of a program and their loader, as `ldd` finds them.
    static func libraries(_ program: String) throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/ldd")
        process.arguments = [program]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(whereSeparator: \.isWhitespace).filter { $0.hasPrefix("/") }.map(String.init)
    }

    /// What stands in `NAME LENGTH` frames; a frame that is cut off is left out.
    private static func frames(_ data: Data) -> [String: Data] {
        var files: [String: Data] = [:]
        var rest = data[...]
        while let line = rest.firstIndex(of: 0x0A) {
            let words = String(decoding: rest[..<line], as: UTF8.self).split(separator: " ")
            let body = rest[(line + 1)...]
            guard words.count == 2, let length = Int(words[1]), length >= 0, length <= body.count else { break }
            files[String(words[0])] = Data(body.prefix(length))
            rest = body.dropFirst(length)
        }
        return files
    }

    private static func content(_ path: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: path).resolvingSymlinksInPath())
    }

    private static func size(_ path: String) -> Int {
        ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int) ?? 0
    }
}
