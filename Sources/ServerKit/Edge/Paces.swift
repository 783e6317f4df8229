package import NIOCore

/// Measures how fast a body comes, counting only the time in which the box was ready for more.
struct BodyPace {
    private let graceMs: Int64
    private let bytesPerSecondMin: Int64
    private var waitedMs: Int64 = 0
    private var lookedAt = NIODeadline.now()
    /// Whether the box waits for bytes of the client.
    var isWaiting = true
    var bytes = 0

    init(_ limits: EdgeLimits) {
        graceMs = Int64(limits.bodyGraceMs)
        bytesPerSecondMin = Int64(limits.bodyBytesPerSecondMin)
    }

    mutating func begin(_ now: NIODeadline) {
        waitedMs = 0
        bytes = 0
        lookedAt = now
    }

    mutating func isTooSlow(_ now: NIODeadline) -> Bool {
        if isWaiting { waitedMs += (now - lookedAt).nanoseconds / 1_000_000 }
        lookedAt = now
        guard waitedMs > graceMs else { return false }
        return Int64(bytes) * 1_000 < (waitedMs - graceMs) * bytesPerSecondMin
    }
}

/// Finds out whether a client still takes the answer it is sent.
package struct AnswerPace {
    private let span: TimeAmount
    private let bytesMin: Int
    private var deadline: NIODeadline?
    private var takenBefore: Int?

    /// Makes a measure that waits for nothing yet.
    package init(_ limits: EdgeLimits) {
        span = .milliseconds(Int64(limits.answerStallMsMax))
        bytesMin = max(1, limits.answerStallMsMax * limits.bodyBytesPerSecondMin / 1_000)
    }

    /// Whether there is something that the client has not taken yet.
    package var isWaiting: Bool { deadline != nil }

    /// Begins to wait, unless it does so already.
    package mutating func wait(_ now: NIODeadline) {
        guard deadline == nil else { return }
        deadline = now + span
        takenBefore = nil
    }

    /// Notes that everything is taken.
    package mutating func end() { deadline = nil }

    /// Whether nothing worth the wait was taken for the whole span.
    ///
    /// - Parameter taken: bytes that the client's system has taken since the connection began.
    package mutating func isStalled(_ now: NIODeadline, taken: Int) -> Bool {
        guard let deadline else { return false }
        let before = takenBefore ?? taken
        takenBefore = before
        guard now >= deadline else { return false }
        guard taken - before >= bytesMin else { return true }
        self.deadline = now + span
        takenBefore = taken
        return false
    }
}

/// Counts what is written to a socket; stands next to it in the pipeline.
final class SocketMeter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Which of the certificates that the box has shown since its start this connection saw.
    let identityNumber: Int
    private var writtenBytes = 0
    private var context: ChannelHandlerContext?

    init(identityNumber: Int) { self.identityNumber = identityNumber }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        writtenBytes += unwrapOutboundIn(data).readableBytes
        context.write(data, promise: promise)
    }

    /// Bytes that the system has taken off our hands.
    var takenBytes: Int {
        guard let options = context?.channel.syncOptions else { return writtenBytes }
        // A channel that does not know how much it holds back counts as holding nothing.
        let held = (try? options.getOption(.bufferedWritableBytes)) ?? 0
        return writtenBytes - held
    }

    /// The meter of a connection, or of the connection that a stream belongs to.
    static func of(_ channel: any Channel, isStream: Bool) -> SocketMeter? {
        let connection = isStream ? channel.parent ?? channel : channel
        // A pipeline that is torn down has no meter any more, and nothing to measure.
        return try? connection.pipeline.syncOperations.handler(type: SocketMeter.self)
    }
}
