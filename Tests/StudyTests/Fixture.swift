import Documents
import Estate
import Study
import Testing

/// Texts of studies, and their reading.
enum Fixture {
    static let today = CalendarDate("2026-11-22") ?? CalendarDate.first

    static let complete = """
        name: research-saas
        summary: A pool for data scientists.
        illustrative: true
        date: 2026-11-22
        currency: USD
        horizon_years: 4
        exchange_rates:
          EUR: {rate: 1.1, date: 2026-11-01, source: ECB}
        estate:
          today: vm-passthrough
          hypervisor: vmware-vcf
          licence_price_per_year: 300
          renewal: 2027-03-01
          gpu: h100-sxm-80gb
          hosts: gpu[01-02]
          gpus_per_host: 8
          cores_per_host: 112
          sockets_per_host: 2
          server_price: {low: 280000, mode: 310_000, high: 340000, source: quote 17, date: 2026-10}
          power_kw: 10.2
          purchased: 2024-06
          retires: 2029-06
          expansion: {gpus: 8, price: 400000, date: 2027-01-15}
        workloads:
          - name: fraud-training
            class: multi-node-training
            gpu_hours_per_month: 6050
            observed_on: vm-passthrough
            activity: 85%
            activity_metric: DCGM_FI_PROF_SM_ACTIVE
            peak_to_mean: 1.2
            growth_per_year: 10%
            memory_gib: 60
            compute_need: 1
            gpus_per_job: 16
            job_hours: 9
            overhead:
              vm-passthrough: {value: 11%, sd: 0.01, source: two runs}
            requests_per_month: 3
            people_waiting: 2
            needs:
              p99_ms: 40
              bare_metal_p99_ms: {value: 30}
              tenancy: gpu
              rdma: true
              live_migration: false
              snapshots: false
              sites: [frankfurt]
              frameworks: pci-dss
          - name: notebooks
            class: interactive
            allocated_share: 38%
            activity: {low: 0.1, mode: 0.2, high: 0.5}
        platforms:
          - bare-metal
          - model: vm-vgpu
            people_fte: 1.5
            max_shares_per_gpu: 8
            packing: 0.9
            interference: {value: 5%, assumed: true, source: a guess}
            sites: frankfurt
          - model: vm-passthrough
            setup: {value: 1000, currency: EUR}
        prices:
          energy_per_kwh: {p10: 0.08, p90: 0.2, per_year_growth: 3%, scan: [0.05, 0.4]}
          cost_of_capital: 9%
        policy: {draws: 50000, seed: 7, margin: 2%, peak_correlation: 0.5}
        practice:
          live_migration_in_use: true
          snapshots_in_use: false
          many_small_bursty_jobs: true
        evidence:
          - workload: fraud-training
            model: vm-passthrough
            baseline: [bm-1.record.json, bm-2.record.json]
            other: vm.record.json
            metric: step time
          - model: vm-passthrough
            baseline: net-bm.record.json
            other: net-vm.record.json
            component: true
        """

    static let minimal = """
        name: small
        date: 2026-11-22
        estate:
          today: bare-metal
          gpu: h100-sxm-80gb
          hosts: 1
        workloads:
          - name: training
            class: training
            gpus: 3.2
        """

    static func read(_ text: String) throws -> Study {
        try StudyReader.read(text: text, file: "study.yaml", today: today)
    }

    static func errors(_ text: String) -> [String] {
        do throws(StudyErrors) {
            _ = try StudyReader.read(text: text, file: "study.yaml", today: today)
            return []
        } catch {
            return error.errors.map(\.description)
        }
    }
}

extension CalendarDate {
    /// Stands in where a literal of a test is no date, so that the test fails rather than traps.
    static var first: CalendarDate {
        guard let date = CalendarDate(year: 1970, month: 1, day: 1) else { preconditionFailure("1970 is a year") }
        return date
    }
}
