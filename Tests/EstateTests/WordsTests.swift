import Documents
import Testing

@testable import Estate

@Suite("The words of a study")
struct WordsTests {
    private func reader(_ text: String) -> Reader {
        Reader(Value(.string(text), line: 41, column: 7), file: "study.yaml")
    }

    private func message<Failure: Error>(_ error: Failure?) -> String { error.map { "\($0)" } ?? "nothing was thrown" }

    @Test("deployment models are spelled as files spell them, and each says what it is")
    func deploymentModels() {
        let spelled = DeploymentModel.allCases.map(\.rawValue)
        #expect(
            spelled == ["bare-metal", "bare-metal-mig", "vm-passthrough", "vm-sriov", "vm-vgpu", "vm-vgpu-mig"]
        )
        for model in DeploymentModel.allCases {
            #expect(model.isVirtual == model.rawValue.hasPrefix("vm-"))
            #expect(model.family == (model.rawValue.hasPrefix("vm-") ? .virtual : .bareMetal))
            #expect(model.usesMIG == model.rawValue.hasSuffix("-mig"))
            #expect(model.needsVGPULicence == model.rawValue.contains("vgpu"))
            #expect(model.sharesGPU == (model.sharing != .none))
            #expect(model.summary.hasSuffix("."))
        }
        #expect(Set(DeploymentModel.allCases.map(\.title)).count == 6)
        #expect(Set(DeploymentModel.allCases.map(\.summary)).count == 6)
        #expect(!DeploymentModel.vmVGPU.isolatesInHardware && DeploymentModel.bareMetalMIG.isolatesInHardware)
    }

    @Test("an unknown deployment model is an error with the nearest")
    func unknownDeploymentModel() throws {
        #expect(try reader("vm-sriov").deploymentModel() == .vmSRIOV)
        let error = #expect(throws: DocumentError.self) { try reader("baremetal").deploymentModel() }
        #expect(message(error) == "study.yaml:41: 'baremetal' is not a deployment model; did you mean 'bare-metal'?")
    }

    @Test("every spelling of a workload class means one class")
    func workloadSpellings() throws {
        let spellings = WorkloadClass.spellings
        #expect(Set(spellings).count == spellings.count)
        for kind in WorkloadClass.allCases {
            #expect(WorkloadClass(spelling: kind.rawValue) == kind)
            for alias in kind.aliases { #expect(try reader(alias).workloadClass() == kind) }
        }
        #expect(try reader("training").workloadClass() == .singleNodeTraining)
        #expect(WorkloadClass(spelling: "Training") == nil)
    }

    @Test(
        "an unknown workload class is an error with the nearest, or with all",
        arguments: [
            ("trainning", "study.yaml:41: 'trainning' is not a workload class; did you mean 'training'?"),
            (
                "multi-node-trainig",
                "study.yaml:41: 'multi-node-trainig' is not a workload class; did you mean 'multi-node-training'?"
            ),
            (
                "mining",
                "study.yaml:41: 'mining' is not a workload class; expected 'multi-node-training', "
                    + "'single-node-training', 'fine-tuning', 'batch-inference', 'online-inference' or "
                    + "'interactive-development'"
            ),
        ]
    )
    func unknownWorkloadClass(text: String, expected: String) {
        let error = #expect(throws: DocumentError.self) { try reader(text).workloadClass() }
        #expect(message(error) == expected)
    }

    @Test("currencies are ISO 4217 codes")
    func currencies() throws {
        #expect(Currency.codes.allSatisfy { $0.count == 3 && $0.allSatisfy { ("A"..."Z").contains($0) } })
        #expect(Currency.codes == Currency.codes.sorted() && Set(Currency.codes).count == Currency.codes.count)
        #expect(Currency(code: "USD") == .usd && Currency.usd.minorDigits == 2)
        #expect(Currency(code: "JPY")?.minorDigits == 0 && Currency(code: "KWD")?.minorDigits == 3)
        #expect(try reader("EUR").currency().description == "EUR")
        let wrongCase = #expect(throws: DocumentError.self) { try reader("eur").currency() }
        #expect(message(wrongCase) == "study.yaml:41: 'eur' is not a currency code; did you mean 'EUR'?")
        let unknown = #expect(throws: DocumentError.self) { try reader("US$").currency() }
        #expect(
            message(unknown)
                == "study.yaml:41: 'US$' is not a currency code; expected an ISO 4217 code such as 'USD' or 'EUR'"
        )
    }
}
