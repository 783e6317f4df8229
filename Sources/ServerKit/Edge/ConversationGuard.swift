import HTTPTypes
import Kernel
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Watches one request and its answer at a time, on a connection or on a stream of HTTP/2: closes on
/// bodies that dribble and on answers that nobody reads, and refuses in the box's own words.
final class ConversationGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: EdgeLimits
    private let refusals: RefusalWriter
    private let isStream: Bool
    private var context: ChannelHandlerContext?

    /// Called when the last part of an answer is written; false means that the connection ends.
    var onAnswered: ((Bool) -> Void)?
    /// Whether the parser has found the head of the present request.
    private(set) var hasHead = false
    /// Whether the parser has found the end of the present request.
    private(set) var hasEnd = false
    private var isAnswerBegun = false
    private var mustClose = false
    private var pace: BodyPace
    private var stallDeadline: NIODeadline?
    private var lingerDeadline: NIODeadline?
    private var ticking: RepeatedTask?

    init(_ limits: EdgeLimits, refusals: RefusalWriter, isStream: Bool) {
        self.limits = limits
        self.refusals = refusals
        self.isStream = isStream
        pace = BodyPace(limits)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { stop() }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    private func stop() {
        context = nil
        stopTicking()
    }

    private func stopTicking() {
        ticking?.cancel()
        ticking = nil
    }

    /// Gets ready for the next request of a connection.
    func expect(wantsClose: Bool) {
        hasHead = false
        hasEnd = false
        isAnswerBegun = false
        mustClose = wantsClose
        stallDeadline = nil
    }

    func read(context: ChannelHandlerContext) {
        pace.isWaiting = true
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pace.isWaiting = false
        switch unwrapInboundIn(data) {
        case .head(let head):
            hasHead = true
            pace.begin(.now())
            if head.headerFields[.expect] != nil { invite(context) }
        case .body(let bytes): pace.bytes += bytes.readableBytes
        case .end:
            hasEnd = true
            stopTicking()
        }
        if isStream, hasHead, !hasEnd { startTicking(context) }
        context.fireChannelRead(data)
    }

    /// Spec: RFC 9110, 10.1.1 Expect, https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1
    private func invite(_ context: ChannelHandlerContext) {
        context.writeAndFlush(
            wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError || error is HTTP1TypeConversionError else {
            context.fireErrorCaught(error)
            return
        }
        refuse(.malformed("The request cannot be read; check its form."), isFHIR: false)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status.kind != .informational:
            context.write(wrapOutboundOut(.head(begun(head))), promise: promise)
        case .end:
            let written = promise ?? context.eventLoop.makePromise()
            let guards = NIOLoopBound(self, eventLoop: context.eventLoop)
            stallDeadline = .now() + .milliseconds(Int64(limits.answerStallMsMax))
            written.futureResult.whenComplete { _ in guards.value.stallDeadline = nil }
            context.write(data, promise: written)
            onAnswered?(!mustClose)
        default: context.write(data, promise: promise)
        }
    }

    private func begun(_ head: HTTPResponse) -> HTTPResponse {
        isAnswerBegun = true
        var head = head
        if isStream {
            head.headerFields[.connection] = nil
            return head
        }
        if head.headerFields[.connection] == "close" || !hasEnd { mustClose = true }
        if mustClose { head.headerFields[.connection] = "close" }
        return head
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            stallDeadline = nil
        } else {
            stallDeadline = .now() + .milliseconds(Int64(limits.answerStallMsMax))
            if isStream { startTicking(context) }
        }
        context.fireChannelWritabilityChanged()
    }

    private func startTicking(_ context: ChannelHandlerContext) {
        guard ticking == nil else { return }
        let guards = NIOLoopBound(self, eventLoop: context.eventLoop)
        let interval = TimeAmount.milliseconds(Int64(limits.tickMs))
        ticking = context.eventLoop.scheduleRepeatedTask(
            initialDelay: interval, delay: interval
        ) { _ in guards.value.check(.now()) }
    }

    /// Looks at the deadlines. Called every tick.
    func check(_ now: NIODeadline) {
        guard let context else { return }
        if let deadline = stallDeadline ?? lingerDeadline, now >= deadline {
            context.close(promise: nil)
            return
        }
        guard hasHead, !hasEnd, !isAnswerBegun, pace.isTooSlow(now) else { return }
        let rate = limits.bodyBytesPerSecondMin
        refuse(
            EdgeRefusal(408, .timeout, "A body must arrive with at least \(rate) bytes a second."),
            isFHIR: false)
    }

    /// Answers a refusal, or ends the request that is already with its handler with it.
    func refuse(_ refusal: EdgeRefusal, isFHIR: Bool) {
        guard let context, lingerDeadline == nil else { return }
        mustClose = true
        if hasHead {
            guard !isAnswerBegun else {
                context.close(promise: nil)
                return
            }
            context.fireErrorCaught(refusal)
            return
        }
        let (head, body) = refusals.answer(refusal, isFHIR: isFHIR)
        context.write(wrapOutboundOut(.head(begun(head))), promise: nil)
        context.write(wrapOutboundOut(.body(body)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        linger()
    }

    /// Ends the answer and reads on for a short while: closing at once on unread bytes would make the
    /// client's system throw the answer away.
    func linger() {
        guard let context, lingerDeadline == nil else { return }
        lingerDeadline = .now() + .milliseconds(Int64(limits.lingerMsMax))
        context.flush()
        context.close(mode: .output, promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if lingerDeadline != nil, let event = event as? ChannelEvent, event == .inputClosed {
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }
}

/// Measures how fast a body comes, counting only the time in which the box was ready for more.
private struct BodyPace {
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
