package import AccessControl
import HTTPTypes
package import Hummingbird
package import Kernel
import NIOCore

/// One file of the web application.
package struct WebFile: Sendable {
    /// The path below `web/`, such as `lib/html.js`.
    package let path: String
    package let bytes: [UInt8]

    /// Makes a file.
    package init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }
}

/// The files of the web application, ready to be sent.
///
/// All but the page itself are served below `/a/<hash>/`, where the hash is that of the whole tree: a
/// browser keeps them for ever, and another tree has other addresses. `index.html` names them below
/// `/a/current/`, which is replaced by the hash, and is asked for anew each time.
package struct WebAssets: Sendable {
    struct Asset: Sendable {
        let bytes: ByteBuffer
        let gzip: ByteBuffer?
        let contentType: String
        let isText: Bool
    }

    private static let marker: [UInt8] = Array("/a/current/".utf8)
    private static let compressedBytesMin = 1_024

    /// The hash of the whole tree, as it stands in addresses.
    package let hash: String
    private let assets: [String: Asset]

    /// Makes the assets ready; compresses text once.
    ///
    /// - Parameter gzip: makes a gzip file of bytes; nil to send everything as it is.
    package init(files: [WebFile], hash: String, gzip: (([UInt8]) -> [UInt8]?)? = nil) {
        self.hash = hash
        var assets: [String: Asset] = [:]
        for file in files {
            let bytes =
                file.path == "index.html"
                ? Self.replaced(Self.marker, by: Array("/a/\(hash)/".utf8), in: file.bytes)
                : file.bytes
            let (type, isText) = Self.contentType(of: file.path)
            var packed: [UInt8]?
            // The page itself is small, and the one answer that every scanner looks at: it stays
            // as it is, so that nobody has to prove that its size tells no secret.
            let isPage = file.path.hasSuffix(".html")
            if isText, !isPage, bytes.count >= Self.compressedBytesMin { packed = gzip?(bytes) }
            assets[file.path] = Asset(
                bytes: ByteBuffer(bytes: bytes), gzip: packed.map { ByteBuffer(bytes: $0) },
                contentType: type, isText: isText)
        }
        self.assets = assets
    }

    /// The bytes of a file by its path below `web/`, or nil if there is none.
    package func bytes(of path: String) -> [UInt8]? {
        assets[path].map { Array($0.bytes.readableBytesView) }
    }

    /// The page of the application, or nil if the tree has none.
    package func index(for request: Request) -> Response? {
        assets["index.html"].map { answer($0, to: request, cacheControl: "no-cache") }
    }

    /// The page of a box that is closed to the caller: the same, and by its status none to keep.
    package func index(for request: Request, closed: Problem?) -> Response? {
        guard let closed, let page = assets["index.html"] else { return index(for: request) }
        var headers: HTTPFields = [.contentType: page.contentType, .cacheControl: "no-store"]
        if let seconds = closed.retryAfterSeconds { headers[.retryAfter] = "\(seconds)" }
        return Response(
            status: .serviceUnavailable, headers: headers,
            body: ResponseBody(byteBuffer: page.bytes))
    }

    /// The file at a path such as `/a/<hash>/lib/html.js`, or nil if there is none.
    package func file(for request: Request) -> Response? {
        let words = request.uri.path.split(separator: "/", omittingEmptySubsequences: false)
        guard words.count >= 4, words[1] == "a", words[2] == hash,
            let asset = assets[words[3...].joined(separator: "/")]
        else { return nil }
        return answer(asset, to: request, cacheControl: "public, max-age=31536000, immutable")
    }

    private func answer(_ asset: Asset, to request: Request, cacheControl: String) -> Response {
        let tag = "\"\(hash)\""
        var headers: HTTPFields = [
            .contentType: asset.contentType, .cacheControl: cacheControl, .eTag: tag,
        ]
        if asset.gzip != nil { headers[.vary] = "Accept-Encoding" }
        if request.headers[.ifNoneMatch] == tag {
            return Response(status: .notModified, headers: headers)
        }
        if let gzip = asset.gzip, Self.acceptsGzip(request) {
            headers[.contentEncoding] = "gzip"
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: gzip))
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: asset.bytes))
    }

    private static func acceptsGzip(_ request: Request) -> Bool {
        request.headers[.acceptEncoding]?.split(separator: ",").contains { part in
            let words = part.split(separator: ";")
            return words.first.map { $0.filter { $0 != " " } } == "gzip"
                && !(words.count > 1 && words[1].filter { $0 != " " } == "q=0")
        } ?? false
    }

    private static func replaced(_ old: [UInt8], by new: [UInt8], in bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == old[0], bytes[index...].starts(with: old) {
                out += new
                index += old.count
            } else {
                out.append(bytes[index])
                index += 1
            }
        }
        return out
    }

    private static func contentType(of path: String) -> (String, isText: Bool) {
        switch path.split(separator: ".").last.map(String.init) ?? "" {
        case "html": ("text/html; charset=utf-8", true)
        case "js", "mjs": ("text/javascript; charset=utf-8", true)
        case "css": ("text/css; charset=utf-8", true)
        case "json": ("application/json; charset=utf-8", true)
        case "webmanifest": ("application/manifest+json; charset=utf-8", true)
        case "svg": ("image/svg+xml", true)
        case "txt", "md": ("text/plain; charset=utf-8", true)
        case "png": ("image/png", false)
        case "ico": ("image/x-icon", false)
        case "woff2": ("font/woff2", false)
        default: ("application/octet-stream", false)
        }
    }
}

/// Serves the web application: its page at `/` and its files below `/a/`.
package struct WebFeature: Feature {
    package static let key = "web"

    private let assets: WebAssets
    private let closed: @Sendable (Caller?) -> Problem?

    /// Makes the feature.
    ///
    /// - Parameter closed: why the box is closed to a caller at present; nil where it is open.
    package init(
        assets: WebAssets, closed: @escaping @Sendable (Caller?) -> Problem? = { _ in nil }
    ) {
        self.assets = assets
        self.closed = closed
    }

    package func addRoutes(to routes: Routes) {
        let limits = RouteLimits(
            bodyBytesMax: 0, timeSecondsMax: 10, rate: .assets, worksInMaintenance: true)
        var page = limits
        page.identifies = true
        routes.open.get("", limits: page) { [assets, closed] request, context in
            try Self.found(assets.index(for: request, closed: closed(context.caller)))
        }
        routes.open.get("a/**", limits: limits) { [assets] request, _ in
            try Self.found(assets.file(for: request))
        }
    }

    private static func found(_ answer: Response?) throws -> Response {
        guard let answer else { throw HTTPError(.notFound) }
        return answer
    }
}
