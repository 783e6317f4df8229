import NIOCore
import NIOHPACK
import NIOHTTP2

/// Lets the last frame of an answer carry the end of its stream, instead of an empty frame after it.
///
/// A client that has the announced number of bytes may reset the stream without waiting for the
/// end. Many resets look like an attack, and cost such a client its connection.
///
/// Spec: RFC 9113, 8.1 HTTP Message Framing, https://www.rfc-editor.org/rfc/rfc9113#section-8.1
final class StreamEnd: ChannelDuplexHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload
    typealias OutboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private var isHead = false
    private var bytesLeft: Int?
    private var held: (frame: HTTP2Frame.FramePayload, promise: EventLoopPromise<Void>?)?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .headers(let head) = unwrapInboundIn(data) {
            isHead = head.headers.first(name: ":method") == "HEAD"
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let frame = unwrapOutboundIn(data)
        if let held, case .data(let end) = frame, end.endStream, end.data.readableBytes == 0 {
            self.held = nil
            held.promise.map { promise?.futureResult.cascade(to: $0) }
            context.write(wrapOutboundOut(held.frame.ended), promise: promise ?? held.promise)
            return
        }
        release(context)
        if isLast(frame) {
            held = (frame, promise)
        } else {
            context.write(data, promise: promise)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        held?.promise?.fail(ChannelError.ioOnClosedChannel)
        held = nil
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { release(context) }

    private func release(_ context: ChannelHandlerContext) {
        guard let held else { return }
        self.held = nil
        context.write(wrapOutboundOut(held.frame), promise: held.promise)
    }

    /// Whether nothing but the end of the stream can follow; counts the announced bytes.
    private func isLast(_ frame: HTTP2Frame.FramePayload) -> Bool {
        switch frame {
        case .headers(let head) where !head.endStream:
            guard let status = head.headers.first(name: ":status"), !status.hasPrefix("1") else {
                return false
            }
            bytesLeft = head.headers.first(name: "content-length").flatMap { Int($0) }
            return isHead || bytesLeft == 0 || status == "204" || status == "304"
        case .data(let data) where !data.endStream:
            guard let before = bytesLeft else { return false }
            bytesLeft = before - data.data.readableBytes
            return bytesLeft == 0
        default: return false
        }
    }
}

extension HTTP2Frame.FramePayload {
    /// The same frame as the last of its stream.
    fileprivate var ended: HTTP2Frame.FramePayload {
        switch self {
        case .headers(var head):
            head.endStream = true
            return .headers(head)
        case .data(var data):
            data.endStream = true
            return .data(data)
        default: return self
        }
    }
}
