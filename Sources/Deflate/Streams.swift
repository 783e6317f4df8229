import CZlib

/// A compressing stream that is used again and again: setting one up costs more than a small body.
final class Deflater {
    private let stream: UnsafeMutablePointer<z_stream>

    /// window: -15 for raw deflate, 31 for gzip.
    init(level: Int, window: Int32) {
        precondition((1...9).contains(level), "zlib has the levels 1 to 9.")
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let code = czlib_deflate_init(stream, Int32(level), window)
        precondition(code == Z_OK, "There is memory for a compressing stream.")
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    func compress(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        precondition(bytes.count <= Int(UInt32.max), "A body has less than 4 GiB.")
        deflateReset(stream)
        // zlib never writes through the input pointer.
        let input = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.next_in = input
        stream.pointee.avail_in = UInt32(bytes.count)
        let most = Int(deflateBound(stream, UInt(bytes.count)))
        return [UInt8](unsafeUninitializedCapacity: most) { into, filled in
            stream.pointee.next_out = into.baseAddress
            stream.pointee.avail_out = UInt32(most)
            let code = deflate(stream, Z_FINISH)
            precondition(code == Z_STREAM_END, "The bound of zlib is enough for the whole.")
            filled = most - Int(stream.pointee.avail_out)
        }
    }
}

/// A decompressing stream that is used again and again.
final class Inflater {
    let stream: UnsafeMutablePointer<z_stream>

    /// window: -15 for raw deflate, 31 for gzip.
    init(window: Int32) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let code = czlib_inflate_init(stream, window)
        precondition(code == Z_OK, "There is memory for a decompressing stream.")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func decompress(_ bytes: UnsafeRawBufferPointer, bytesMax: Int) -> Result<[UInt8], DeflateError>
    {
        inflateReset(stream)
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(bytes.count)
        // One byte more than allowed tells "exactly as much" from "more".
        let most = bytesMax + 1
        var out: [UInt8] = []
        var room = min(most, max(1_024, bytes.count * 6))
        while true {
            let code = fill(&out, room: room)
            if out.count > bytesMax { return .failure(.tooLarge(bytesMax: bytesMax)) }
            switch code {
            case Z_STREAM_END:
                return stream.pointee.avail_in == 0 ? .success(out) : .failure(.corrupt)
            case Z_OK, Z_BUF_ERROR:
                if stream.pointee.avail_out > 0 { return .failure(.truncated) }
                room = min(most, room * 2)
            case Z_MEM_ERROR: return .failure(.noMemory)
            default: return .failure(.corrupt)
            }
        }
    }

    private func fill(_ out: inout [UInt8], room: Int) -> Int32 {
        let old = out
        var code: Int32 = Z_OK
        out = [UInt8](unsafeUninitializedCapacity: room) { into, filled in
            UnsafeMutableRawBufferPointer(into).copyBytes(from: old)
            stream.pointee.next_out = into.baseAddress.map { $0 + old.count }
            stream.pointee.avail_out = UInt32(clamping: room - old.count)
            code = inflate(stream, Z_NO_FLUSH)
            filled = room - Int(stream.pointee.avail_out)
        }
        return code
    }
}
