/// What a client may ask of the edge before it is refused; every field names its unit.
package struct EdgeLimits: Sendable {
    /// Request line and header fields together.
    package var headBytesMax = 32 * 1024
    package var headerCountMax = 100
    /// Path and query of a request.
    package var targetBytesMax = 8 * 1024
    /// The largest body of any route; a route may allow less.
    package var bodyBytesMax = 64 * 1024 * 1024
    /// From the first byte of a request to the end of its header fields.
    package var headMsMax = 10_000
    /// From the connection to the end of the TLS handshake.
    package var handshakeMsMax = 10_000
    /// How long a body may come at any speed before its speed is looked at.
    package var bodyGraceMs = 10_000
    package var bodyBytesPerSecondMin = 1_024
    /// How long a client may leave an answer unread without taking a byte of it.
    package var answerStallMsMax = 30_000
    /// How long a connection may stay open with nothing asked.
    package var idleMsMax = 60_000
    /// How long the rest of a refused request is read and thrown away, so that the refusal arrives.
    package var lingerMsMax = 1_000
    package var connectionsMax = 512
    /// Connections from one address; the box itself is not counted.
    package var connectionsPerAddressMax = 64
    /// How long requests under way may take to finish when the box stops; with what else there is to
    /// do the whole stop stays below five seconds.
    package var shutdownMsMax = 4_000

    /// Makes the limits of a clinic; tests lower single ones.
    package init() {}

    /// How often deadlines are looked at: a quarter of the shortest one, at most every second.
    var tickMs: Int {
        let shortest = min(headMsMax, bodyGraceMs, answerStallMsMax, idleMsMax, lingerMsMax)
        return max(10, min(1_000, shortest / 4))
    }
}
