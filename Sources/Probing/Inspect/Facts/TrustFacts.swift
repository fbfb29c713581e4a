/// What an auditor asks of a host: how it started, what it encrypts, whose clock it follows, what it logs.
package struct TrustFacts: Sendable, Equatable {
    /// `on`, `off`, `off: no UEFI`; nil where the firmware was not asked.
    package var secureBoot: String?
    /// `yes: TPM 2, log of events`, `no TPM`, `TPM 2, no log seen`; nil where it could not be asked.
    package var measuredBoot: String?
    /// `enforced` or `not enforced`: whether the kernel loads signed modules alone.
    package var moduleSignatures: String?
    /// Version and date of the mainboard's firmware.
    package var firmware: String?
    /// What lies under the root file system: `CRYPT-LUKS2`, `none seen`.
    package var rootEncryption: String?
    /// `systemd-timesyncd, synchronized`, `chrony`, `none seen`.
    package var timeSource: String?
    /// `running` or `none seen`.
    package var auditDaemon: String?
    /// `persistent`, `volatile` or `none seen`.
    package var journal: String?

    static let secureBootVariable = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

    init(_ view: HostView) {
        secureBoot = Self.secureBoot(view)
        measuredBoot = Self.measuredBoot(view)
        moduleSignatures =
            switch view.text("/sys/module/module/parameters/sig_enforce").value {
            case "Y"?: "enforced"
            case "N"?: "not enforced"
            default: nil
            }
        let parts = ["bios_vendor", "bios_version", "bios_date"].compactMap {
            view.text("/sys/class/dmi/id/\($0)").value
        }
        firmware = view.text("/sys/class/dmi/id/bios_version").value == nil ? nil : parts.joined(separator: ", ")
        rootEncryption = Self.rootEncryption(view)
        timeSource = Self.timeSource(view)
        auditDaemon = Self.seen(view, ["/run/auditd.pid"]).map { $0 ? "running" : "none seen" }
        journal =
            if view.has("/var/log/journal") {
                "persistent"
            } else if view.has("/run/log/journal") {
                "volatile"
            } else {
                Self.seen(view, ["/var/log/journal", "/run/log/journal"]).map { _ in "none seen" }
            }
    }

    /// Whether one of some things is there; nil where none is and one of them could not be asked.
    private static func seen(_ view: HostView, _ paths: [String]) -> Bool? {
        let answers = paths.map { view.exists($0) }
        if answers.contains(where: { $0.value == true }) { return true }
        return answers.allSatisfy(\.isAnswered) ? false : nil
    }

    private static func secureBoot(_ view: HostView) -> String? {
        switch view.bytes(secureBootVariable) {
        // Four bytes of attributes, then the value.
        case .value(let bytes) where bytes.count >= 5: return bytes[4] == 1 ? "on" : "off"
        case .missing:
            // Without UEFI there is none; with it, a firmware without the variable says nothing. A board must be there:
            // what shows neither is no machine that starts from firmware.
            guard seen(view, ["/sys/firmware/efi"]) == false, view.has("/sys/class/dmi/id") else { return nil }
            return "off: no UEFI"
        case .value, .denied, .unread: return nil
        }
    }

    private static func measuredBoot(_ view: HostView) -> String? {
        let chips = view.list("/sys/class/tpm")
        guard let names = chips.value, let chip = names.first else {
            guard chips.isAnswered, view.has("/sys/class/dmi/id") else { return nil }
            return "no TPM"
        }
        let version = view.text("/sys/class/tpm/\(chip)/tpm_version_major").value
        let words = version.map { "TPM \($0)" } ?? "TPM"
        let log = view.exists("/sys/kernel/security/\(chip)/binary_bios_measurements")
        return log.value == true ? "yes: \(words), log of events" : "\(words), no log seen"
    }

    /// Follows the root file system's device through the device mapper, one layer of volumes deep.
    private static func rootEncryption(_ view: HostView) -> String? {
        guard let mount = view.text("/proc/self/mountinfo").value else { return nil }
        let words = mount.split(separator: " ")
        // `/ ext4 254:0`: without a device of its own (0:NN) it is no disk's file system.
        guard words.count == 3, !words[2].hasPrefix("0:") else { return nil }
        let device = "/sys/dev/block/\(words[2])"
        let kind = view.text(device + "/dm/uuid")
        if let kind = kind.value, kind.hasPrefix("CRYPT") { return kind }
        let below = (view.list(device + "/slaves").value ?? []).map {
            view.text("/sys/block/\($0)/dm/uuid").value ?? ""
        }
        if !below.isEmpty, below.allSatisfy({ $0.hasPrefix("CRYPT") }) { return below[0] }
        return kind.isAnswered ? "none seen" : nil
    }

    private static func timeSource(_ view: HostView) -> String? {
        if view.has("/run/systemd/timesync/synchronized") { return "systemd-timesyncd, synchronized" }
        if view.has("/run/chrony") || view.has("/run/chronyd.pid") { return "chrony" }
        if view.has("/run/ntpd.pid") { return "ntpd" }
        if view.has("/run/systemd/timesync") { return "systemd-timesyncd, not synchronized" }
        return seen(view, ["/run/systemd/timesync", "/run/chrony", "/run/chronyd.pid", "/run/ntpd.pid"]).map { _ in
            "none seen"
        }
    }
}
