import Kernel
import NIOCore

/// Stands between the socket and the HTTP/1.1 parser and lets one well-formed request pass at a time.
///
/// It finds the end of every request by its own strict reading and compares with what the parser
/// behind it found; where the two differ, the connection ends. The next request of a connection is
/// not looked at before the answer to the last one is written, so nothing can be answered that was
/// not asked. It also closes connections that say nothing or dribble their head.
final class WireGuard: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case head
        case body(left: Int)
        case chunks(ChunkScan)
        /// The request is complete and its answer is not.
        case answering
        /// What comes belongs to a web socket.
        case socket(WebSocket)
        /// Whatever still comes is thrown away.
        case closing
    }

    private let limits: EdgeLimits
    private let scan: HeadScan
    private let conversation: ConversationGuard
    private var phase = Phase.head
    private var pending = ByteBuffer()
    private var scannedBytes = 0
    private var isReadHeldBack = false
    private var deadline: NIODeadline
    private var ticking: RepeatedTask?
    /// What the connection is given over to with the next answer that says so.
    var heir: WebSocket?

    init(_ limits: EdgeLimits, conversation: ConversationGuard) {
        self.limits = limits
        self.conversation = conversation
        scan = HeadScan(limits)
        deadline = .now() + .milliseconds(Int64(limits.idleMsMax))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let guards = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let interval = TimeAmount.milliseconds(Int64(limits.tickMs))
        ticking = context.eventLoop.scheduleRepeatedTask(
            initialDelay: interval, delay: interval
        ) { _ in
            let (wire, context) = guards.value
            wire.tick(context)
        }
        conversation.onAnswered = { keepsOpen in
            let (wire, context) = guards.value
            wire.answered(context, keepsOpen: keepsOpen)
        }
        conversation.onSwitched = { guards.value.0.switched(guards.value.1) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { stop() }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    private func stop() {
        ticking?.cancel()
        ticking = nil
        conversation.onAnswered = nil
        conversation.onSwitched = nil
        heir?.end()
        heir = nil
    }

    /// Gives what comes from now on to the web socket that waits for it.
    private func switched(_ context: ChannelHandlerContext) {
        guard let heir, case .answering = phase else { return }
        phase = .socket(heir)
        if pending.readableBytes > 0 { heir.receive(Array(pending.readableBytesView)) }
        pending = ByteBuffer()
        if isReadHeldBack {
            isReadHeldBack = false
            context.read()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .socket(let socket) = phase, let event = event as? ChannelEvent,
            event == .inputClosed
        {
            socket.end()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func read(context: ChannelHandlerContext) {
        // A client may send its next requests early; reading them now would only fill memory.
        if case .answering = phase, pending.readableBytes > 0 {
            isReadHeldBack = true
        } else {
            context.read()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if case .closing = phase { return }
        if case .socket(let socket) = phase {
            socket.receive(Array(bytes.readableBytesView))
            return
        }
        if pending.readableBytes == 0 {
            pending = bytes
        } else {
            pending.writeBuffer(&bytes)
        }
        advance(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        if case .closing = phase { context.read() }
    }

    private func advance(_ context: ChannelHandlerContext) {
        do {
            while pending.readableBytes > 0, try step(context) {}
        } catch {
            refuse(context, error)
        }
    }

    /// Lets through what may pass now; false if nothing more may.
    private func step(_ context: ChannelHandlerContext) throws(EdgeRefusal) -> Bool {
        switch phase {
        case .head: return try head(context)
        case .body(let left):
            let taken = min(left, pending.readableBytes)
            phase = taken == left ? .answering : .body(left: left - taken)
            forward(context, bytes: taken)
            if taken == left { try agreeOnEnd() }
            return true
        case .chunks(var chunks):
            let taken = try feed(&chunks)
            phase = chunks.isDone ? .answering : .chunks(chunks)
            forward(context, bytes: taken)
            if chunks.isDone { try agreeOnEnd() }
            return true
        case .answering, .socket, .closing: return false
        }
    }

    private func head(_ context: ChannelHandlerContext) throws(EdgeRefusal) -> Bool {
        if scannedBytes == 0 { deadline = .now() + .milliseconds(Int64(limits.headMsMax)) }
        guard let end = try endOfHead() else {
            scannedBytes = pending.readableBytes
            return false
        }
        let head = try read(headBytes: end)
        scannedBytes = 0
        switch head.framing {
        case .none: phase = .answering
        case .length(let count): phase = .body(left: count)
        case .chunked: phase = .chunks(ChunkScan(bodyBytesMax: limits.bodyBytesMax))
        }
        conversation.expect(wantsClose: head.wantsClose)
        forward(context, bytes: end)
        guard conversation.hasHead else { throw Self.disagreement }
        if head.framing == .none { try agreeOnEnd() }
        return true
    }

    private func endOfHead() throws(EdgeRefusal) -> Int? {
        let view = pending.readableBytesView
        let start = scannedBytes
        let scan = scan
        // The closure cannot name its error type through the rethrowing call of the library.
        let result = view.withUnsafeBytes { bytes -> Result<Int?, EdgeRefusal> in
            Result { () throws(EdgeRefusal) -> Int? in
                if let first = bytes.first, start == 0, first < 0x41 || first > 0x5A {
                    throw .malformed("The connection does not begin with an HTTP request.")
                }
                return try scan.end(of: bytes, from: start)
            }
        }
        return try result.get()
    }

    private func read(headBytes end: Int) throws(EdgeRefusal) -> RequestHead {
        let scan = scan
        let result = pending.readableBytesView.withUnsafeBytes { bytes in
            Result { () throws(EdgeRefusal) -> RequestHead in
                try scan.head(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
            }
        }
        return try result.get()
    }

    private func feed(_ chunks: inout ChunkScan) throws(EdgeRefusal) -> Int {
        let result = pending.readableBytesView.withUnsafeBytes { bytes in
            Result { () throws(EdgeRefusal) -> Int in try chunks.feed(bytes) }
        }
        return try result.get()
    }

    private func forward(_ context: ChannelHandlerContext, bytes count: Int) {
        guard let slice = pending.readSlice(length: count) else { return }
        if pending.readableBytes == 0 { pending = ByteBuffer() }
        context.fireChannelRead(wrapInboundOut(slice))
    }

    private func agreeOnEnd() throws(EdgeRefusal) {
        guard conversation.hasEnd else { throw Self.disagreement }
    }

    private static let disagreement = EdgeRefusal.malformed(
        "The end of the request cannot be told for certain.")

    private func refuse(_ context: ChannelHandlerContext, _ refusal: EdgeRefusal) {
        let isFHIR = pending.readableBytesView.prefix(40).contains(fhirTarget)
        phase = .closing
        pending = ByteBuffer()
        conversation.refuse(refusal, isFHIR: isFHIR)
        context.read()
    }

    private func answered(_ context: ChannelHandlerContext, keepsOpen: Bool) {
        if case .closing = phase { return }
        guard keepsOpen, case .answering = phase else {
            phase = .closing
            pending = ByteBuffer()
            conversation.linger()
            context.read()
            return
        }
        phase = .head
        conversation.expect(wantsClose: false)
        deadline = .now() + .milliseconds(Int64(limits.idleMsMax))
        if pending.readableBytes > 0 {
            let guards = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.eventLoop.execute {
                let (wire, context) = guards.value
                wire.advance(context)
                // What was read is only handed on to the handlers behind when a read is complete.
                wire.channelReadComplete(context: context)
            }
        }
        if isReadHeldBack {
            isReadHeldBack = false
            context.read()
        }
    }

    private func tick(_ context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        conversation.check(now)
        guard case .head = phase, now >= deadline else { return }
        if pending.readableBytes == 0 {
            context.close(promise: nil)
        } else {
            let seconds = limits.headMsMax / 1_000
            refuse(
                context,
                EdgeRefusal(408, .timeout, "The head of a request must arrive within \(seconds) s.")
            )
        }
    }
}

private let fhirTarget: [UInt8] = Array(" /fhir".utf8)

extension ByteBufferView {
    fileprivate func contains(_ wanted: [UInt8]) -> Bool {
        guard count >= wanted.count else { return false }
        return (startIndex...(endIndex - wanted.count)).contains {
            self[$0...].starts(with: wanted)
        }
    }
}
