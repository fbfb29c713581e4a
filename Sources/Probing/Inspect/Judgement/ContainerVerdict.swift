/// Which container this process is in, as far as can be shown.
package struct ContainerVerdict: Sendable, Hashable {
    /// `docker`, `podman`, `kubernetes`, `wsl`, `gvisor`, `openvz`, or the manager's own word; nil where none was seen.
    package var name: String?

    static func judge(_ facts: HostFacts, _ examination: inout Examination) -> ContainerVerdict {
        let container = facts.container
        var name: String?
        func saw(_ kind: String, _ weight: Observation.Weight, at source: String, _ raw: String, _ meaning: String) {
            examination.saw(.container, weight, check: "container-marks", at: source, raw, meaning)
            if weight != .hint, name == nil { name = kind }
        }
        let marks = [container.dockerMark, container.podmanMark, container.kubernetesMark]
        let obstacle = marks.allSatisfy { !$0.isAnswered } ? marks.first?.obstacle : nil
        examination.check("container-marks", "Marks that container managers leave", obstacle: obstacle)

        let version = container.version.value ?? ""
        // gVisor answers with one fixed version whatever the host runs.
        if version.hasPrefix("Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016") {
            saw("gvisor", .strong, at: "/proc/version", version, "gVisor's own kernel: system calls go through it")
        }
        if let word = container.declared.value, let first = word.split(separator: "\n").first {
            saw(String(first), .proof, at: "/run/systemd/container", String(first), "the manager wrote its name")
        }
        if container.kubernetesMark == .value(true) {
            saw("kubernetes", .proof, at: "/run/secrets/kubernetes.io", "there", "a pod's account is mounted here")
        }
        if container.dockerMark == .value(true) {
            saw("docker", .proof, at: "/.dockerenv", "there", "Docker leaves this file")
        }
        if container.podmanMark == .value(true) {
            saw("podman", .proof, at: "/run/.containerenv", "there", "Podman leaves this file")
        }
        if container.openVZ { saw("openvz", .proof, at: "/proc/vz", "there, /proc/bc not", "an OpenVZ container") }
        let release = container.release.value ?? ""
        if release.contains("Microsoft") || release.contains("microsoft") || release.contains("WSL") {
            saw("wsl", .proof, at: "/proc/sys/kernel/osrelease", release, "Windows Subsystem for Linux")
        }
        let group = container.controlGroup.value ?? ""
        let managers = [("kubepods", "kubernetes"), ("docker", "docker"), ("libpod", "podman"), ("lxc", "lxc")]
        if let (mark, kind) = managers.first(where: { group.contains($0.0) }) {
            saw(kind, .strong, at: "/proc/1/cgroup", mark, "process 1 is in the control group of a container")
        }
        if container.rootFileSystem.value == "overlay" {
            saw("overlay", .hint, at: "/proc/self/mountinfo", "/ overlay", "container images are mounted like this")
        }
        if name != nil {
            examination.blindSpots.append(
                "A container can hide files of its host: what was not found here may be there."
            )
        }
        return ContainerVerdict(name: name)
    }
}
