package import Kernel

/// A Bundle as a reader takes it apart.
///
/// A transaction with one bad entry is refused as a whole. In the other kinds a bad entry stays in
/// its place with its fault, so that the rest can be used and the fault be reported.
///
/// Spec: FHIR R4 Bundle, https://hl7.org/fhir/R4/bundle.html
package struct FHIRBundle: Sendable {
    /// What the Bundle is for.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case document, message, transaction, batch, history, searchset, collection
        case transactionResponse = "transaction-response"
        case batchResponse = "batch-response"
    }

    /// What an entry asks for, in the words of HTTP.
    package enum Method: String, Sendable, Hashable, CaseIterable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// The request of an entry.
    package struct Request: Sendable, Hashable {
        /// The interaction.
        package let method: Method
        /// The address below the server's root, such as `Patient/1` or `Patient?identifier=…`.
        package let url: String
        /// Create only if this search finds nothing.
        package let ifNoneExist: String?
        /// Change only this version.
        package let ifMatch: String?
        /// Read only if the version is another.
        package let ifNoneMatch: String?
        /// Read only if it changed after this instant.
        package let ifModifiedSince: String?
    }

    /// One entry.
    package struct Entry: Sendable {
        /// The position from 0.
        package let index: Int
        /// The address that other entries refer to it by.
        package let fullURL: String?
        /// The resource, an object with a `resourceType`.
        package let resource: JSON?
        /// The request; there in transactions, batches and histories.
        package let request: Request?
        /// Why the entry cannot be used; nil if it can.
        package let fault: BundleError?

        /// Makes the entry of a resource that stands alone, as a line of NDJSON does.
        package init(index: Int, resource: JSON) {
            self.init(index: index, fullURL: nil, resource: resource, request: nil, fault: nil)
        }

        init(
            index: Int, fullURL: String?, resource: JSON?, request: Request?, fault: BundleError?
        ) {
            self.index = index
            self.fullURL = fullURL
            self.resource = resource
            self.request = request
            self.fault = fault
        }
    }

    /// What the Bundle is for.
    package let kind: Kind
    /// The entries in order.
    package let entries: [Entry]
    /// The Bundle itself.
    package let json: JSON

    /// Takes a Bundle apart.
    ///
    /// - Throws: ``BundleError`` if it is no Bundle, has more than `entriesMax` entries, or is a
    ///   transaction with a bad entry; the error names the first of them.
    package init(_ json: JSON, entriesMax: Int = 20_000) throws(BundleError) {
        guard json["resourceType"]?.equals("Bundle") == true else {
            throw BundleError(.notABundle, entryIndex: nil)
        }
        guard let name = json.string("type"), let kind = Kind(rawValue: name) else {
            throw BundleError(.type, entryIndex: nil)
        }
        if let list = json["entry"], !list.isArray || list.count == 0 {
            throw BundleError(.entryList, entryIndex: nil)
        }
        guard json["entry"]?.count ?? 0 <= entriesMax else {
            throw BundleError(.tooManyEntries, entryIndex: nil)
        }
        var entries: [Entry] = []
        for (index, element) in (json["entry"]?.elements ?? json.elements).enumerated() {
            let entry = Self.entry(element, at: index, in: kind)
            if kind == .transaction, let fault = entry.fault { throw fault }
            entries.append(entry)
        }
        self.kind = kind
        self.entries = entries
        self.json = json
    }

    private static func entry(_ json: JSON, at index: Int, in kind: Kind) -> Entry {
        let request = json["request"].flatMap(self.request)
        let fault = fault(of: json, request: request, in: kind)
        return Entry(
            index: index, fullURL: json.string("fullUrl"),
            resource: fault == nil ? json["resource"] : nil, request: request,
            fault: fault.map { BundleError($0, entryIndex: index) })
    }

    private static func fault(
        of json: JSON, request: Request?, in kind: Kind
    ) -> BundleError.Code? {
        guard json.isObject else { return .entry }
        if let resource = json["resource"] {
            guard let type = resource.string("resourceType"), ResourceType.isKnown(type) else {
                return .resource
            }
        }
        switch kind {
        case .transaction, .batch:
            guard let request else { return json["request"] == nil ? .noRequest : .request }
            let needsResource = request.method == .post || request.method == .put
            return needsResource && json["resource"] == nil ? .noResource : nil
        case .collection, .document, .message:
            return json["resource"] == nil ? .noResource : nil
        case .history, .searchset, .transactionResponse, .batchResponse: return nil
        }
    }

    private static func request(_ json: JSON) -> Request? {
        guard let name = json.string("method"), let method = Method(rawValue: name),
            let url = json.string("url"), FHIRURI.isValid(url)
        else { return nil }
        return Request(
            method: method, url: url, ifNoneExist: json.string("ifNoneExist"),
            ifMatch: json.string("ifMatch"), ifNoneMatch: json.string("ifNoneMatch"),
            ifModifiedSince: json.string("ifModifiedSince"))
    }
}

/// Why a Bundle or one entry of it cannot be used.
package struct BundleError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    package enum Code: String, Sendable, Hashable, CaseIterable {
        case notABundle, type, entryList, tooManyEntries
        case entry, resource, noResource, noRequest, request
    }

    /// What is wrong.
    package let code: Code
    /// The position of the entry from 0; nil if it is the Bundle itself.
    package let entryIndex: Int?

    /// Makes an error.
    package init(_ code: Code, entryIndex: Int?) {
        self.code = code
        self.entryIndex = entryIndex
    }

    /// FHIRPath of the place.
    package var expression: String {
        guard let entryIndex else { return code == .type ? "Bundle.type" : "Bundle" }
        let entry = "Bundle.entry[\(entryIndex)]"
        return switch code {
        case .resource, .noResource: "\(entry).resource"
        case .request, .noRequest: "\(entry).request"
        default: entry
        }
    }

    /// A sentence that says what is wrong and what to do.
    package var message: String {
        let place = entryIndex.map { "Entry \($0): " } ?? ""
        return place + sentence
    }

    package var description: String { message }

    /// The error as the caller of an interface is told about it.
    package var problem: Problem {
        let code: Problem.Code =
            switch self.code {
            case .tooManyEntries: .tooCostly
            case .noResource, .noRequest: .required
            case .type, .request: .value
            default: .structure
            }
        return Problem(code, message, location: expression)
    }

    private var sentence: String {
        switch code {
        case .notABundle: "The resource is not a Bundle; send one."
        case .type: "The Bundle has no type of FHIR R4; name one."
        case .entryList: "The element entry is not an array with entries; send one or leave it out."
        case .tooManyEntries: "The Bundle has too many entries; send it in parts."
        case .entry: "An entry is an object; correct it."
        case .resource: "The resource has no resourceType of FHIR R4; name it."
        case .noResource: "There is no resource; add it."
        case .noRequest: "There is no request; say with method and url what to do."
        case .request: "The request needs a method and a url without spaces; correct it."
        }
    }
}
