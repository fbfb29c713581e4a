import Cost
import Estate
import Testing

@testable import Decision

@Suite("The representative job")
struct JobTimeTests {
    @Test("9 hours at 11 % become 8.1 and free 600 of 6,050 GPU-hours; under 8 would need 12.5 %")
    func nineHours() throws {
        let workload = try Fixture.workload("fraud", hours: 6_050, overhead: [.vmPassthrough: 0.11], jobHours: 9)
        let job = try #require(
            JobTime(workload: workload, on: .bareMetal, share: .held(text: "whole GPU", gpuShare: 1, speed: 1))
        )
        #expect(abs(job.hoursChosen.mean - 8.108) < 0.001)
        #expect(abs(job.freedGPUHoursPerMonth.mean - 599.5) < 0.1)
        let next = try #require(NextWholeHour(hours: 9, overhead: 0.11))
        #expect(next.target == 8)
        #expect(abs(next.overheadNeeded - 0.125) < 1e-12)
        #expect(next.sentence.contains("8.1 hours"))
        #expect(next.sentence.contains("12.5 %"))
    }

    @Test(
        "the next whole hour below, and none where there is none",
        arguments: [(9.0, 0.0, 8.0), (1.5, 0.0, 1.0), (0.9, 0.0, -1), (.nan, 0.1, -1), (5, -1, -1)]
    )
    func nextHour(hours: Double, overhead: Double, target: Double) {
        #expect((NextWholeHour(hours: hours, overhead: overhead)?.target ?? -1) == target)
    }

    @Test("staying changes nothing")
    func stays() throws {
        let workload = try Fixture.workload("fraud", overhead: [.vmPassthrough: 0.11], jobHours: 9)
        let job = try #require(
            JobTime(workload: workload, on: .vmPassthrough, share: .held(text: "whole GPU", gpuShare: 1, speed: 1))
        )
        #expect(job.hoursChosen.mean == 9)
        #expect(job.freedGPUHoursPerMonth.mean == 0)
    }
}
