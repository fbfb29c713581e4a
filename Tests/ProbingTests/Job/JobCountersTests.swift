import Testing

@testable import Probing

@Suite("Counters around a job")
struct JobCountersTests {
    static let files = [
        "/proc/stat": "cpu  10 0 10 100 0 0 0 250 0 0\ncpu0 1 1 1 1 1 1 1 1",
        "/proc/pressure/io": "some avg10=0.00 avg60=0.00 avg300=0.00 total=1500000\nfull avg10=0 total=9",
        "/proc/diskstats": """
        8 0 sda 5 0 2048 7 5 0 4096 7 0 3000 14 0 0
        8 1 sda1 5 0 2048 7 5 0 4096 7 0 3000 14 0 0
        253 0 dm-0 5 0 2048 7 5 0 4096 7 0 3000 14 0 0
        7 0 loop0 5 0 99999 7 5 0 4096 7 0 3000 14
        """,
        "/proc/net/dev": """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes
            lo: 9999999 1 0 0 0 0 0 0 9999999 1 0 0 0 0 0 0
          eth0: 1048576 1 0 0 0 0 0 0 2097152 1 0 0 0 0 0 0
           br0: 1048576 1 0 0 0 0 0 0 2097152 1 0 0 0 0 0 0
        """,
        "/sys/class/infiniband/mlx5_0/ports/1/counters/port_rcv_data": "262144",
        "/sys/class/infiniband/mlx5_0/ports/1/counters/port_xmit_data": "524288",
        "/sys/class/infiniband/mlx5_0/ports/1/hw_counters/packet_seq_err": "3",
        "/sys/class/infiniband/mlx5_0/ports/1/hw_counters/out_of_sequence": "4",
    ]
    static let folders = [
        "/sys/block": ["sda", "dm-0", "loop0"], "/sys/class/net/eth0": ["device", "mtu"],
        "/sys/class/net/br0": ["bridge"], "/sys/class/infiniband": ["mlx5_0"],
        "/sys/class/infiniband/mlx5_0/ports": ["1"],
    ]

    @Test("Each counter in its unit: hardware only, nothing twice")
    func values() {
        let counters = JobCounters(text: { Self.files[$0] }, names: { Self.folders[$0] })
        let expected: [JobMetric: Double] = [
            .stolenTime: 2.5, .ioPressure: 1.5, .diskRead: 1, .diskWritten: 2, .diskBusy: 3, .networkReceived: 1,
            .networkSent: 2, .rdmaReceived: 1, .rdmaSent: 2, .rdmaErrors: 7,
        ]
        #expect(counters.values == expected)
        #expect(counters.since(counters).allSatisfy { $0.value == 0 })
        #expect(counters.since(JobCounters(text: { _ in nil }, names: { _ in nil })).isEmpty)
    }

    @Test("A counter that started again is not counted")
    func restarted() {
        var files = Self.files
        files["/proc/stat"] = "cpu  0 0 0 0 0 0 0 10 0 0"
        let before = JobCounters(text: { Self.files[$0] }, names: { Self.folders[$0] })
        let after = JobCounters(text: { files[$0] }, names: { Self.folders[$0] })
        #expect(!after.since(before).contains { $0.metric == .stolenTime })
        #expect(after.since(before).contains { $0.metric == .ioPressure })
    }

    @Test("Files cut at any byte are read as far as they make sense")
    func truncated() {
        for (path, text) in Self.files {
            for length in 0..<text.utf8.count {
                var files = Self.files
                files[path] = String(decoding: text.utf8.prefix(length), as: UTF8.self)
                let counters = JobCounters(text: { files[$0] }, names: { Self.folders[$0] })
                #expect(counters.values.values.allSatisfy { $0 >= 0 && $0.isFinite })
            }
        }
    }

    @Test("GPUs that did nothing are not in the means, and their idleness is said")
    func gpus() {
        var busy = GPUSamples.Device()
        (busy.activity, busy.power, busy.clock, busy.throttled) = ([0.5, 1], [400, 600], [1500, 1700], 1)
        var idle = GPUSamples.Device()
        (idle.activity, idle.power, idle.clock, idle.throttled) = ([0, 0], [70], [300], 5)
        let samples = GPUSamples(devices: [idle, busy, busy], source: "x")
        #expect(
            samples.readings == [
                JobReading(.gpuActivity, 0.75), JobReading(.gpuPower, 1000), JobReading(.gpuClock, 1600),
            ]
        )
        #expect(samples.throttledSamples == 2)
        #expect(GPUSamples(devices: [idle]).readings == [JobReading(.gpuActivity, 0)])
        #expect(GPUSamples(devices: [GPUSamples.Device()]).readings.isEmpty)
    }
}
