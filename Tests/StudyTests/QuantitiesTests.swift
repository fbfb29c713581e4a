import Probability
import Study
import Testing

@Suite struct QuantitiesTests {
    /// Every quantity that reflection finds in a value.
    private func quantities(in value: Any) -> [Quantity] {
        if let quantity = value as? Quantity { return [quantity] }
        return Mirror(reflecting: value).children.flatMap { quantities(in: $0.value) }
    }

    @Test(arguments: [Fixture.complete, Fixture.minimal])
    func `no quantity of a study is forgotten`(_ text: String) throws {
        let study = try Fixture.read(text)
        let listed = study.allQuantities.map(\.key)
        #expect(Set(quantities(in: study).map(\.key)) == Set(listed))
        #expect(Set(listed).count == listed.count)
        #expect(listed.count > 30)
    }

    @Test func `every quantity can be replaced, alone and wherever it stands`() throws {
        let study = try Fixture.read(Fixture.complete)
        let mark = try Distribution.point(0.123456)
        for quantity in study.allQuantities {
            let changed = study.replacing(quantity.key, with: mark)
            #expect(changed.quantity(key: quantity.key)?.distribution == mark)
            for other in quantities(in: changed) {
                #expect((other.distribution == mark) == (other.key == quantity.key))
            }
            var stated = quantity
            stated.provenance = .measured(records: ["sha256:1"], note: "")
            #expect(study.replacing(stated).quantity(key: quantity.key) == stated)
        }
        #expect(study.replacing("no.such.key", with: mark).allQuantities == study.allQuantities)
        #expect(study.quantity(key: "no.such.key") == nil)
    }

    @Test func `ranges hold the mean of bounded numbers and stay in their bounds`() throws {
        for quantity in try Fixture.read(Fixture.complete).allQuantities {
            #expect(quantity.range.lowerBound.isFinite && quantity.range.upperBound.isFinite)
            if quantity.unit == "share" { #expect((0...1).contains(quantity.range.upperBound), "\(quantity.key)") }
        }
    }
}
