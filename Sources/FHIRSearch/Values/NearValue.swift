import Glibc

/// A place on the earth and how far from it something may be, for `near`.
///
/// Distances are those on a sphere with the earth's mean radius, which are off by 0.5 % at most.
///
/// Spec: FHIR R4 Location, positional searching, https://hl7.org/fhir/R4/location.html#positional
package struct NearValue: Sendable, Hashable {
    /// The distance where none is asked for, in meters.
    package static let distanceMetersDefault = 50_000.0
    /// The mean radius of the earth, in meters.
    package static let earthRadiusMeters = 6_371_008.8

    /// Degrees north of the equator.
    package let latitude: Double
    /// Degrees east of Greenwich.
    package let longitude: Double
    /// How far away something may be, in meters.
    package let distanceMeters: Double

    /// Makes a value.
    package init(
        latitude: Double, longitude: Double, distanceMeters: Double = distanceMetersDefault
    ) {
        self.latitude = latitude
        self.longitude = longitude
        self.distanceMeters = distanceMeters
    }

    /// Whether a place is no farther away.
    package func accepts(latitude: Double, longitude: Double) -> Bool {
        // A degree of latitude is as long everywhere, so most places are told apart by it alone.
        let apart = abs(latitude - self.latitude) * .pi / 180 * Self.earthRadiusMeters
        guard apart <= distanceMeters * 1.000_001 else { return false }
        return meters(latitude: latitude, longitude: longitude) <= distanceMeters
    }

    /// How far away a place is, in meters.
    ///
    /// Spec: haversine formula, R. W. Sinnott, Sky and Telescope 68 (1984)
    package func meters(latitude: Double, longitude: Double) -> Double {
        let (north, otherNorth) = (self.latitude * .pi / 180, latitude * .pi / 180)
        let up = sin((otherNorth - north) / 2)
        let across = sin((longitude - self.longitude) * .pi / 360)
        let chord = up * up + cos(north) * cos(otherNorth) * across * across
        return 2 * Self.earthRadiusMeters * asin(min(1, chord.squareRoot()))
    }
}
