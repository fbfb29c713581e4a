import RealModule

/// The terms of capital in one draw.
struct CapitalTerms {
    /// Capital recovery a year, per unit of price.
    let servers: Double
    /// The same of the network bought with a host, which fetches nothing at the end.
    let network: Double
    /// Support a year, per unit of price.
    let support: Double

    @inline(__always)
    init(_ lanes: borrowing Lanes, _ finance: borrowing CompiledFinance, _ draw: Int) {
        let rate = lanes(finance.rate, draw, Bounds.rate)
        let life = lanes(finance.life, draw, Bounds.lifeYears)
        let residual = lanes(finance.residual, draw, Bounds.share)
        servers = Annuity.capitalRecovery(residual: residual, rate: rate, years: life)
        let share = lanes(finance.network, draw, 0...10)
        network = share == 0 ? 0 : share * Annuity.capitalRecovery(residual: 0, rate: rate, years: life)
        support = lanes(finance.support, draw, 0...10)
    }

    var total: Double { servers + network + support }
}

/// What one host costs to stand and run, a year, at the prices of the study's date.
///
/// Every host in service is powered, needed or not.
struct HostCost {
    let servers: Double
    let network: Double
    let support: Double
    let energy: Double
    let space: Double

    @inline(__always)
    init(
        _ lanes: borrowing Lanes,
        _ host: borrowing CompiledHost,
        _ capital: CapitalTerms,
        _ finance: borrowing CompiledFinance,
        _ draw: Int
    ) {
        let price = lanes(host.price.input, draw, Bounds.money)
        servers = price * capital.servers
        network = price * capital.network
        support = price * capital.support
        let power = lanes(host.power, draw, Bounds.count)
        energy =
            power * lanes(finance.load, draw, Bounds.share) * lanes(finance.pue, draw, 0...100) * 8760
            * lanes(finance.energy.input, draw, Bounds.money)
        space = 12 * power * lanes(finance.space.input, draw, Bounds.money)
    }

    /// Capital recovery, network and support.
    var standing: Double { servers + network + support }
}
