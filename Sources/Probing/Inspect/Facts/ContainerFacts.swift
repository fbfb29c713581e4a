/// What tells a container.
package struct ContainerFacts: Sendable, Equatable {
    /// `/run/systemd/container`: the manager's own word.
    package var declared: HostAnswer<String>
    /// `/.dockerenv`.
    package var dockerMark: HostAnswer<Bool>
    /// `/run/.containerenv`: Podman.
    package var podmanMark: HostAnswer<Bool>
    /// The folder in which Kubernetes gives a pod its account.
    package var kubernetesMark: HostAnswer<Bool>
    /// `/proc/vz` without `/proc/bc`: an OpenVZ container.
    package var openVZ: Bool
    /// The control group of process 1.
    package var controlGroup: HostAnswer<String>
    /// The kernel's release, which names WSL.
    package var release: HostAnswer<String>
    /// The kernel's version line, which gives gVisor away.
    package var version: HostAnswer<String>
    /// The type of file system mounted on `/`.
    package var rootFileSystem: HostAnswer<String>

    init(_ view: HostView) {
        declared = view.text("/run/systemd/container")
        dockerMark = view.exists("/.dockerenv")
        podmanMark = view.exists("/run/.containerenv")
        kubernetesMark = view.exists("/run/secrets/kubernetes.io")
        openVZ = view.has("/proc/vz") && !view.has("/proc/bc")
        controlGroup = view.text("/proc/1/cgroup")
        release = view.text("/proc/sys/kernel/osrelease")
        version = view.text("/proc/version")
        rootFileSystem = view.text("/proc/self/mountinfo").map { text in
            // `/`, the type, and in newer captures the device.
            text.split(separator: " ").dropFirst().first.map(String.init)
        }
    }
}
