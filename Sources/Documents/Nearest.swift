/// The known word that a reader most likely meant, or nil when none is near.
///
/// Nearness is the Damerau-Levenshtein distance (insert, delete, replace, swap two neighbours), ignoring case; a third
/// of the word's length may differ, at least one letter. Of equally near words the first in `known` is taken.
package func nearest(_ word: String, in known: [String]) -> String? {
    let lowered = Array(word.lowercased())
    // Longer words are no typing errors, and the distance costs the product of the lengths.
    guard !lowered.isEmpty, lowered.count <= 80 else { return nil }
    var best: (word: String, distance: Int)?
    for candidate in known {
        let letters = Array(candidate.lowercased())
        let cutoff = max(1, max(lowered.count, letters.count) / 3)
        guard letters.count <= 80, abs(letters.count - lowered.count) <= cutoff else { continue }
        let distance = editDistance(lowered, letters)
        // A word that shares no letter with the candidate is no slip of it.
        guard distance <= cutoff, distance < max(lowered.count, letters.count) else { continue }
        if let standing = best, standing.distance <= distance { continue }
        best = (candidate, distance)
    }
    return best?.word
}

/// The restricted Damerau-Levenshtein distance: no letter is edited twice.
func editDistance(_ left: [Character], _ right: [Character]) -> Int {
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for row in left.indices {
        var current = [row + 1]
        current.reserveCapacity(right.count + 1)
        for column in right.indices {
            let same = left[row] == right[column]
            var distance = min(last[column + 1] + 1, current[column] + 1, last[column] + (same ? 0 : 1))
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                distance = min(distance, beforeLast[column - 1] + 1)
            }
            current.append(distance)
        }
        beforeLast = last
        last = current
    }
    return last[right.count]
}
