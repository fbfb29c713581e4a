package import Documents

/// A currency, by its ISO 4217 code.
package struct Currency: Sendable, Hashable {
    /// The code: three upper-case letters.
    package let code: String

    /// The currency that Assay's own prices are in.
    package static let usd = Currency(known: "USD")

    private init(known code: String) { self.code = code }

    /// The currency with this code; nil for a code that is not one of an active national currency.
    package init?(code: String) {
        guard Self.codes.contains(code) else { return nil }
        self.code = code
    }

    /// Digits after the decimal point in the smallest coin: 2, except where ISO 4217 says otherwise.
    package var minorDigits: Int {
        if Self.withoutMinorUnit.contains(code) { return 0 }
        return Self.withThousandths.contains(code) ? 3 : 2
    }

    /// Every accepted code, in alphabetical order.
    package static let codes: [String] = Array(
        """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP \
        CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG \
        HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL \
        MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR \
        RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD \
        TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW
        """.split(separator: " ").map(String.init)
    )

    private static let withoutMinorUnit: Set<String> = [
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
    ]
    private static let withThousandths: Set<String> = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]
}

extension Currency: CustomStringConvertible {
    /// The code.
    package var description: String { code }
}

extension Reader {
    /// The currency here, by its ISO 4217 code.
    ///
    /// - Throws: for anything else, with the code in upper case where only the case is wrong.
    package func currency() throws(DocumentError) -> Currency {
        let text = try string()
        if let currency = Currency(code: text) { return currency }
        if let currency = Currency(code: text.uppercased()) {
            throw fail("\(quoted(text)) is not a currency code; did you mean '\(currency)'?")
        }
        throw fail("\(quoted(text)) is not a currency code; expected an ISO 4217 code such as 'USD' or 'EUR'")
    }
}
