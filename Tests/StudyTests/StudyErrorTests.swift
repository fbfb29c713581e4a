import Study
import Testing

@Suite struct StudyErrorTests {
    /// An edit of the complete study, and the one sentence that it must cause.
    struct Case: Sendable, CustomTestStringConvertible {
        let old: String
        let new: String
        let expected: String
        var testDescription: String { new }
        init(_ old: String, _ new: String, _ expected: String) {
            self.old = old
            self.new = new
            self.expected = expected
        }
    }

    static let cases: [Case] = [
        Case(
            "class: multi-node-training",
            "class: trainning",
            "study.yaml:26: workloads[0].class: 'trainning' is not a workload class; did you mean 'training'?"
        ),
        Case(
            "memory_gib: 60",
            "memory_gb: 60",
            "study.yaml:33: workloads[0]: 'memory_gb' is not a key here; did you mean 'memory_gib'?"
        ),
        Case(
            "activity: 85%",
            "activity: 85",
            "study.yaml:29: workloads[0].activity: 85 is out of range; shares are 0 to 1 or written 85%"
        ),
        Case(
            "activity: 85%",
            "activity: 185%",
            "study.yaml:29: workloads[0].activity: '185%' is out of range; expected 0 % to 100 %"
        ),
        Case("activity: 85%", "activity: -0.1", "-0.1 is out of range; shares are 0 to 1 or written as a percentage"),
        Case(
            "value: 11%",
            "value: 11",
            "study.yaml:38: workloads[0].overhead.vm-passthrough.value: 11 is out of range; write 11% for 11 percent"
        ),
        Case("gpu_hours_per_month: 6050", "gpu_hours_per_month: 6,050", "'6,050' is not a number; write 6050"),
        Case(
            "gpu_hours_per_month: 6050",
            "gpu_hours_per_month: 6050 hours",
            "'6050 hours' is not a number; write 6050 alone, the unit is GPU-hours a month"
        ),
        Case("gpu_hours_per_month: 6050", "gpu_hours_per_month: -1", "-1 is out of range; expected 0 to"),
        Case(
            "gpu_hours_per_month: 6050",
            "gpu_hours_per_month:",
            "workloads[0].gpu_hours_per_month: nothing (null) is not a number"
        ),
        Case("gpu_hours_per_month: 6050", "gpus: 3\n    gpu_hours_per_month: 2", "in 2 ways"),
        Case("    gpu_hours_per_month: 6050\n", "", "says not how much it uses"),
        Case("gpus_per_job: 16", "gpus_per_job: 32", "needs 32 GPUs at once and the estate has 24"),
        Case("gpus_per_job: 16", "gpus_per_job: 1.5", "1.5 is not a whole number"),
        Case("memory_gib: 60", "memory_gib: 96", "one job needs more on one GPU than h100-sxm-80gb has"),
        Case("name: notebooks", "name: fraud-training", "another workload is named 'fraud-training' too"),
        Case("name: notebooks", "name: a.b", "'a.b' is not a name"),
        Case("rdma: true", "rdma: yes", "study.yaml:45: workloads[0].needs.rdma: 'yes' is text here; write true"),
        Case("tenancy: gpu", "tenancy: gpus", "'gpus' is not a tenancy; did you mean 'gpu'?"),
        Case(
            "- model: vm-vgpu\n",
            "- model: vm-vgpuu\n",
            "'vm-vgpuu' is not a deployment model; did you mean 'vm-vgpu'?"
        ),
        Case("- bare-metal\n", "- bare-metal\n  - bare-metal\n", "bare-metal stands twice among the platforms"),
        Case("gpu: h100-sxm-80gb", "gpu: h100", "names several GPUs"),
        Case("gpu: h100-sxm-80gb", "gpu: h100-sxm-80g", "did you mean 'h100-sxm-80gb'?"),
        Case("hosts: gpu[01-02]", "hosts: gpu[01-", "study.yaml:15: estate.hosts:"),
        Case("hosts: gpu[01-02]", "hosts: -1", "estate.hosts: -1 is"),
        Case("hypervisor: vmware-vcf", "hypervisor: vmwre", "'vmwre' is not a hypervisor; did you mean 'vmware'?"),
        Case("  hypervisor: vmware-vcf\n", "", "estate.hypervisor: is missing, and vm-vgpu needs one for its licence"),
        Case("licence_price_per_year: 300", "licence_price_per_year: -300", "-300 is negative; a price is 0 or more"),
        Case("power_kw: 10.2", "power_kw: 10200", "10200 is out of range; expected 0 to 1000 (the unit is kW)"),
        Case("date: 2027-01-15}", "date: 2026-01-15}", "2026-01-15 is before the study's date"),
        Case("renewal: 2027-03-01", "renewal: 2027-02-30", "'2027-02-30' is not a date such as 2026-11-22"),
        Case("renewal: 2027-03-01", "renewal: March 2027", "'March 2027' is not a date such as"),
        Case(
            "horizon_years: 4",
            "horizon_years: 16",
            "study.yaml:6: horizon_years: 16 is out of range; expected 1 to 15"
        ),
        Case("horizon_years: 4", "horizon: 4", "'horizon' is not a key here"),
        Case("currency: USD", "currency: dollars", "'dollars' is not a currency code such as USD"),
        Case("currency: EUR}", "currency: GBP}", "there is no exchange rate from GBP to USD"),
        Case("currency: USD", "currency: EUR", "EUR is the study's currency already"),
        Case("EUR: {rate: 1.1,", "EUR: {rate: 0,", "exchange_rates.EUR.rate: 0 is"),
        Case("low: 280000, mode: 310_000", "low: 320000, mode: 310_000", "'low' is 320000.0, above 'mode' at 310000.0"),
        Case("mode: 310_000", "value: 310_000", "has 'value', 'low', 'high' (call the most likely value 'mode')"),
        Case("p10: 0.08, p90: 0.2,", "p10: 0.08,", "has 'p10'; expected 'value'"),
        Case("p10: 0.08, p90: 0.2,", "p10: 0, p90: 0.2,", "'p10' is 0.0, expected a number above 0"),
        Case("scan: [0.05, 0.4]", "scan: [0.4, 0.05]", "runs from high to low"),
        Case("scan: [0.05, 0.4]", "scan: 0.4", "is not a list"),
        Case("sd: 0.01, source: two runs", "sd: 0.2, source: two runs", "is so wide that draws pass"),
        Case("cost_of_capital: 9%", "cost_of_capital: 9", "9 is out of range; write 9% for 9 percent"),
        Case("cost_of_capital: 9%", "book: nothing", "'nothing' is not a price book; expected 'standard' or 'none'"),
        Case("cost_of_capital: 9%", "book: none", "prices.life_years: is missing; expected life of a server in years"),
        Case("draws: 50000", "draws: 10", "policy.draws: 10 is out of range; expected 1000 to 1000000"),
        Case("seed: 7", "seed: -7", "policy.seed: -7 is"),
        Case(
            "workload: fraud-training",
            "workload: fraud-trainin",
            "'fraud-trainin' is not a workload of this study; did you mean 'fraud-training'?"
        ),
        Case(
            "    model: vm-passthrough\n    baseline: [",
            "    model: bare-metal\n    baseline: [",
            "bare-metal is the baseline"
        ),
        Case(
            "  - workload: fraud-training\n    model:",
            "  - model:",
            "evidence[0]: names no workload, and no workload states the class of its job; write 'workload: NAME' with one "
                + "of 'fraud-training', 'notebooks', or 'job_class' or 'profile' there"
        ),
        Case(
            "class: interactive\n",
            "class: interactive\n    job_class: gpu-bond\n",
            "workloads[1].job_class: 'gpu-bond' is not a job class; did you mean 'gpu-bound'?"
        ),
        Case(
            "class: interactive\n",
            "class: interactive\n    job_class: unclassified\n",
            "'unclassified' tells no job from another; leave the key out"
        ),
        Case("class: interactive\n", "class: interactive\n    profile: \"a\\tb\"\n", "is not a path"),
        Case(
            "memory_gib: 60",
            "scale: {nodes: 64}",
            "study.yaml:33: workloads[0].scale.step_ms: is missing; expected the work of one step in ms"
        ),
        Case("memory_gib: 60", "scale: {nodes: 0, step_ms: 120}", "workloads[0].scale.nodes: 0 is out of range"),
        Case("memory_gib: 60", "scale: {node: 8, step_ms: 1}", "'node' is not a key here; did you mean 'nodes'?"),
        Case(
            "memory_gib: 60",
            "scale: {nodes: 8, step_ms: 120, synchronisations: 4, slack_ms: 30}",
            "workloads[0].scale.slack_ms: 30 ms is no less than the work between two synchronisations, which is 30.0 ms"
        ),
        Case("memory_gib: 60", "scale: {nodes: 8, step_ms: 120, exposed: 2}", "scale.exposed: 2 is out of range"),
        Case(
            "class: interactive\n",
            "class: interactive\n    serving: {rate_per_s: 40, replicas: 4}\n",
            "workloads[1].serving: states no objective; write 'objective: p99<200ms' here, or 'p99_ms' among the needs"
        ),
        Case(
            "memory_gib: 60",
            "serving: {rate_per_s: 40, replicas: 4, objective: fast}",
            "workloads[0].serving.objective: 'fast' is not an objective such as p99<200ms"
        ),
        Case(
            "memory_gib: 60",
            "serving: {rate_per_s: 40, replicas: 4, objective: p100<1ms}",
            "'p100<1ms' is out of range"
        ),
        Case(
            "memory_gib: 60",
            "serving: {rate_per_s: 0, replicas: 4}",
            "workloads[0].serving.rate_per_s: 0 requests a second is out of range"
        ),
        Case(
            "memory_gib: 60",
            "serving: {rate_per_s: 40, replicas: 10000, slots: 26, objective: p99<200ms}",
            "workloads[0].serving: serves 10000 times 26 requests at once; expected at most 250000 in all"
        ),
        Case("    metric: step time", "    metric: step time\n    nodes: 0", "evidence[0].nodes: 0 is out of range"),
        Case("baseline: [bm-1.record.json, bm-2.record.json]", "baseline: []", "evidence[0].baseline: is empty"),
        Case("    other: vm.record.json\n", "", "evidence[0].other: is missing; expected the path of a record"),
        Case(
            "activity: {low: 0.1",
            "activity: {lo: 0.1",
            "workloads[1].activity: 'lo' is not a key here; did you mean 'low'?"
        ),
        Case(
            "interference: {value: 5%, assumed",
            "interference: {value: 5%, per_year_growth: 2%, assumed",
            "only prices grow by the year"
        ),
        Case("name: research-saas", "name: ''", "study.yaml:1: name: is empty"),
    ]

    @Test(arguments: cases) func `an error names its line, its key and the remedy`(_ edit: Case) throws {
        let text = Fixture.complete.replacing(edit.old, with: edit.new)
        try #require(text != Fixture.complete)
        let errors = Fixture.errors(text)
        #expect(errors.contains { $0.contains(edit.expected) }, "\(errors)")
        #expect(errors.count <= 3, "\(errors)")
    }

    @Test func `a GPU without a price is an error that says what to write`() {
        let errors = Fixture.errors(Fixture.minimal.replacing("h100-sxm-80gb", with: "h100-nvl-94gb"))
        #expect(errors.count == 1)
        #expect(errors[0].contains("estate.server_price: is missing: a host with 8 h100-nvl-94gb has no price"))
        #expect(errors[0].contains("server_price: {low:"))
        let off = Fixture.errors(Fixture.minimal + "\nprices: {book: none, life_years: 5}\n")
        #expect(off.count == 1 && off[0].contains("the price book is switched off"), "\(off)")
        let odd = Fixture.errors(Fixture.minimal.replacing("hosts: 1", with: "hosts: 1\n  gpus_per_host: 4"))
        #expect(odd.contains { $0.contains("a host with 4 h100-sxm-80gb has no price") }, "\(odd)")
    }

    @Test func `a hypervisor without a public price must be given one`() {
        let text = Fixture.minimal.replacing("today: bare-metal", with: "today: vm-passthrough\n  hypervisor: nutanix")
        #expect(Fixture.errors(text).contains { $0.contains("Nutanix Cloud Infrastructure has no public price") })
        let given = text.replacing("hypervisor: nutanix", with: "hypervisor: nutanix\n  licence_price_per_year: 200")
        #expect(Fixture.errors(given) == [])
    }

    @Test func `a book in another currency needs a rate, said once`() {
        let errors = Fixture.errors(Fixture.minimal + "\ncurrency: EUR\n")
        #expect(errors.count == 1 && errors[0].contains("exchange_rates.USD: is missing"), "\(errors)")
    }

    @Test func `all errors come at once, in order, up to twenty`() {
        var text = Fixture.complete.replacing("class: multi-node-training", with: "class: trainning")
        text = text.replacing("rdma: true", with: "rdma: yes").replacing("draws: 50000", with: "draws: 1")
        let errors = Fixture.errors(text)
        #expect(errors.count == 3)
        #expect(errors[0].contains("class") && errors[1].contains("rdma") && errors[2].contains("draws"))
        let many = (0..<40).map { "k\($0): 1\n" }.joined() + Fixture.minimal
        do throws(StudyErrors) {
            _ = try StudyReader.read(text: many, file: "study.yaml", today: Fixture.today)
            Issue.record("unknown keys were read")
        } catch {
            #expect(error.errors.count == 20 && error.more == 20)
            #expect(error.description.hasSuffix("and 20 more; mend these first"))
        }
    }

    @Test(arguments: [
        "", "# nothing\n", "null\n", "- a\n", "text\n", "{}\n", "name: x\n", "estate: 5\n", "workloads: {}\n",
    ])
    func `what is no study is one clear error or few`(_ text: String) {
        let errors = Fixture.errors(text)
        #expect(!errors.isEmpty)
        #expect(errors.allSatisfy { $0.hasPrefix("study.yaml") })
    }

    @Test func `hostile texts are quoted harmlessly`() {
        let errors = Fixture.errors(Fixture.minimal.replacing("name: training", with: "name: \"\\e[31m<script>\""))
        #expect(errors.count == 1 && !errors[0].unicodeScalars.contains { $0.value < 0x20 }, "\(errors)")
    }
}
