import Estate
import Probability
import Study
import Testing

@Suite struct PriceBookTests {
    private var book: PriceBook { get throws { try PriceBook.standard() } }

    @Test func `every price has a spread, a source and finite numbers`() throws {
        for entry in try book.entries {
            #expect(entry.distribution.mean.isFinite && entry.distribution.support.lowerBound >= 0, "\(entry.key)")
            #expect(!entry.distribution.isCertain || entry.scan != nil, "\(entry.key) is a constant")
            #expect(entry.source.title.count > 20)
            // What no one has published says so itself; everything else is dated or says that its copy is not.
            if entry.confidence == .unsourced { #expect(entry.source.title.hasPrefix("no public source")) }
            if entry.confidence == .high, entry.source.url == nil { #expect(entry.source.date != nil, "\(entry.key)") }
        }
    }

    @Test func `keys by GPU name GPUs of the catalogue`() throws {
        let catalogue = try GPUCatalogue.standard()
        let byGPU = ["server_price.", "power_kw.", "cloud_per_gpu_hour."]
        for entry in try book.entries {
            for prefix in byGPU where entry.key.hasPrefix(prefix) {
                let id = String(entry.key.dropFirst(prefix.count))
                #expect(try catalogue.gpu(named: id).id == id)
            }
        }
        for host in try book.hosts { #expect(try catalogue.gpu(named: host.gpu).id == host.gpu) }
    }

    @Test func `every model has its terms`() throws {
        for model in DeploymentModel.allCases {
            #expect(try book.entry("people_fte.\(model)") != nil)
            #expect(try book.entry("hours_to_environment.\(model)") != nil)
        }
    }

    @Test func `hypervisors are found by name and alias`() throws {
        #expect(try book.hypervisor("VMware")?.id == "vmware-vcf")
        #expect(try book.hypervisor("hyper-v")?.metric == .perCore(minimumPerSocket: 8, minimumOrder: 16))
        #expect(try book.hypervisor("nutanix")?.price == nil)
        #expect(try book.hypervisor("none")?.metric == nil)
        let names = try book.hypervisors.flatMap { [$0.id] + $0.aliases }
        #expect(Set(names).count == names.count)
    }

    @Test func `priors lie where the publications put them`() throws {
        for kind in WorkloadClass.allCases {
            #expect(OverheadPrior.distribution(kind, under: .bareMetal) == nil)
            let passthrough = try #require(OverheadPrior.distribution(kind, under: .vmPassthrough))
            #expect(passthrough.support.lowerBound >= 0.01 && passthrough.support.upperBound <= 0.15)
            let mig = try #require(OverheadPrior.distribution(kind, under: .bareMetalMIG))
            #expect(mig.mean > 0 && mig.mean < passthrough.mean)
            for model in [DeploymentModel.vmVGPU, .vmVGPUMIG] {
                #expect(try #require(OverheadPrior.distribution(kind, under: model)).mean > passthrough.mean)
            }
        }
        let training = try #require(OverheadPrior.distribution(.singleNodeTraining, under: .vmPassthrough))
        #expect(training.support == 0.01...0.05)
        let across = try #require(OverheadPrior.distribution(.multiNodeTraining, under: .vmPassthrough))
        #expect(across.support.upperBound == 0.15)
    }
}
