internal import CProbe
internal import Evidence

/// What lies on our side of a connection, as conditions of a run.
enum NetworkPath {
    static func conditions(of connection: NetworkConnection) -> [Condition] {
        var conditions: [Condition] = []
        func add(_ name: String, _ value: String?) {
            if let value, !value.isEmpty { conditions.append(Condition(name: name, value: value)) }
        }
        let family = assay_socket_family(connection.descriptor)
        add("net_family", family > 0 ? "IPv\(family)" : nil)
        if let interface = text({ assay_socket_interface(connection.descriptor, $0, $1) }), !interface.contains("/") {
            let folder = "/sys/class/net/\(interface)"
            add("net_interface", interface)
            add("net_mtu", LiveText.read("\(folder)/mtu"))
            // -1 where the link is down or has no speed, as virtual ones.
            let speed = LiveText.read("\(folder)/speed").flatMap { Int($0) } ?? 0
            add("net_speed_mbit_per_s", speed > 0 ? "\(speed)" : nil)
        }
        add("net_congestion_control", text { assay_socket_congestion(connection.descriptor, $0, $1) })
        let segment = assay_socket_segment(connection.descriptor)
        add("net_segment_bytes", segment > 0 ? "\(segment)" : nil)
        add("net_busy_poll_us", LiveText.read("/proc/sys/net/core/busy_poll"))
        add("net_busy_read_us", LiveText.read("/proc/sys/net/core/busy_read"))
        return conditions
    }

    private static func text(_ fill: (UnsafeMutablePointer<CChar>?, Int) -> Int32) -> String? {
        var buffer = [CChar](repeating: 0, count: 64)
        let count = buffer.count
        guard buffer.withUnsafeMutableBufferPointer({ fill($0.baseAddress, count) }) == 0 else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
