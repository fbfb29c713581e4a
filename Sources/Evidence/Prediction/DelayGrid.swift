import Probability
import RealModule

/// Where delays are computed: equal cells from zero, and the lattice that detours are put on.
struct DelayGrid {
    /// The width of a cell, in seconds.
    let step: Double
    let fourier: Fourier

    var cells: Int { fourier.size }

    /// The cell that a time falls into, the last one for all beyond and for what is no time.
    func cell(_ seconds: Double) -> Int {
        let place = seconds / step
        return place >= 0 && place < Double(cells) ? Int(place) : cells - 1
    }

    /// Adds so many detours of one length, keeping their mean, and for short ones their variance.
    func add(_ length: Double, _ weight: Double, to measure: inout [Double]) {
        let place = length / step
        let nearest = place.rounded()
        guard nearest >= 0, nearest < Double(cells - 1) else { return }
        let cell = Int(nearest)
        let offset = place - nearest
        if nearest < 64 {
            // Short detours come by the thousand: splitting them over two cells would add up to a spread of their own.
            if cell > 0 {
                measure[cell - 1] += weight * (offset * offset - offset) / 2
                measure[cell] += weight * (1 - offset * offset)
                measure[cell + 1] += weight * (offset * offset + offset) / 2
            } else {
                // The same on cells 0, 1 and 2.
                measure[0] += weight * (offset - 1) * (offset - 2) / 2
                measure[1] += weight * offset * (2 - offset)
                measure[2] += weight * offset * (offset - 1) / 2
            }
        } else if offset >= 0 {
            measure[cell] += weight * (1 - offset)
            measure[cell + 1] += weight * offset
        } else {
            measure[cell] += weight * (1 + offset)
            measure[cell - 1] -= weight * offset
        }
    }
}

/// How many detours a window of work has: of a mean, and with a variance that is this many times the mean.
///
/// Random times give Poisson's law. A tick that comes like a clock has almost no variance, and its maximum over many
/// ranks is not that of Poisson counts: then the counts are binomial, of as few trials as the variance says. Bursts give
/// the negative binomial law.
enum CountLaw {
    case poisson(Double)
    case binomial(trials: Double, probability: Double)
    case bursts(shape: Double, scale: Double)

    init(mean: Double, dispersion: Double) {
        if dispersion > 1.1 {
            self = .bursts(shape: mean / (dispersion - 1), scale: dispersion - 1)
        } else if dispersion < 0.9, mean < 1e9 {
            // Whole trials, so that what comes of it is a law; short windows then have one detour at most.
            let trials = max(1, (mean / (1 - dispersion)).rounded(.up))
            self = .binomial(trials: trials, probability: mean / trials)
        } else {
            self = .poisson(mean)
        }
    }

    /// Replaces the spectrum of one detour's length, a share of whose mass may be missing, by that of the sum.
    func compound(_ spectrum: inout Spectrum, factor extra: Spectrum? = nil, extraMass: Double = 0) {
        for place in spectrum.real.indices {
            // Relative to one: no detour leaves everything as it is.
            let (re, im) = (spectrum.real[place] - 1, spectrum.imaginary[place])
            var (logRadius, angle): (Double, Double)
            switch self {
            case .poisson(let mean): (logRadius, angle) = (mean * re, mean * im)
            case .binomial(let trials, let probability):
                let (a, b) = (1 + probability * re, probability * im)
                logRadius = trials * 0.5 * Double.log(max(a * a + b * b, 1e-300))
                angle = trials * Double.atan2(y: b, x: a)
            case .bursts(let shape, let scale):
                let (a, b) = (1 - scale * re, -scale * im)
                logRadius = -shape * 0.5 * Double.log(max(a * a + b * b, 1e-300))
                angle = -shape * Double.atan2(y: b, x: a)
            }
            if let extra {
                logRadius += extra.real[place] - extraMass
                angle += extra.imaginary[place]
            }
            let radius = Double.exp(logRadius)
            spectrum.real[place] = radius * Double.cos(angle)
            spectrum.imaginary[place] = radius * Double.sin(angle)
        }
    }
}
