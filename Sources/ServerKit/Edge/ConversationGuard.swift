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
    /// Called when the head of an answer is written that gives the connection over to a web socket.
    var onSwitched: (() -> Void)?
    /// Whether the parser has found the head of the present request.
    private(set) var hasHead = false
    /// Whether the parser has found the end of the present request.
    private(set) var hasEnd = false
    private var isAnswerBegun = false
    private var mustClose = false
    private var pace: BodyPace
    private var answerPace: AnswerPace
    private var meter: SocketMeter?
    private var lingerDeadline: NIODeadline?
    private var ticking: RepeatedTask?

    init(_ limits: EdgeLimits, refusals: RefusalWriter, isStream: Bool) {
        self.limits = limits
        self.refusals = refusals
        self.isStream = isStream
        pace = BodyPace(limits)
        answerPace = AnswerPace(limits)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        guard isStream else { return }
        do {
            try context.pipeline.syncOperations.addHandler(StreamEnd(), position: .first)
        } catch {
            context.fireErrorCaught(error)
        }
    }

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

    /// Tells a client that waits for leave to send its body that it may.
    ///
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
        case .head(let head) where head.status == .switchingProtocols:
            context.writeAndFlush(data, promise: promise)
            onSwitched?()
        case .end:
            let written = promise ?? context.eventLoop.makePromise()
            let guards = NIOLoopBound(self, eventLoop: context.eventLoop)
            answerPace.wait(.now())
            written.futureResult.whenComplete { _ in guards.value.answerIsTaken() }
            context.write(data, promise: written)
            onAnswered?(!mustClose)
        default: context.write(data, promise: promise)
        }
    }

    private func answerIsTaken() {
        answerPace.end()
        if lingerDeadline != nil { lingerDeadline = .now() + lingering }
    }

    private var lingering: TimeAmount { .milliseconds(Int64(limits.lingerMsMax)) }

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
            answerPace.end()
        } else {
            answerPace.wait(.now())
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

    /// Looks at the deadlines; called every tick.
    func check(_ now: NIODeadline) {
        guard let context else { return }
        if answerPace.isWaiting {
            if answerPace.isStalled(now, taken: takenBytes(context)) { context.close(promise: nil) }
            return
        }
        if let lingerDeadline, now >= lingerDeadline {
            context.close(promise: nil)
            return
        }
        guard hasHead, !hasEnd, !isAnswerBegun, pace.isTooSlow(now) else { return }
        let rate = limits.bodyBytesPerSecondMin
        refuse(
            EdgeRefusal(408, .timeout, "A body must arrive with at least \(rate) bytes a second."),
            isFHIR: false)
    }

    private func takenBytes(_ context: ChannelHandlerContext) -> Int {
        if meter == nil { meter = SocketMeter.of(context.channel, isStream: isStream) }
        return meter?.takenBytes ?? 0
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
        lingerDeadline = .now() + lingering
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
