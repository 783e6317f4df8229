import CXML

/// Takes what libxml2 reports and makes the tree of it.
///
/// Used by one call on one thread.
struct XMLTreeBuilder {
    private let limits: XMLLimits
    private let dataNamespace: String
    private var nodes: ContiguousArray<XMLNode> = []
    private var attributes: ContiguousArray<XMLAttribute> = []
    private var names: ContiguousArray<XMLName> = []
    private var numbers: [NameKey: Int32] = [:]
    /// Names that were looked up lately, by some bits of their key: a document has some dozen
    /// names, each many times.
    private var recent = [(key: NameKey, number: Int32)](
        repeating: (NameKey(local: nil, namespace: nil, prefix: nil), 0), count: 256)
    private var declared: [XMLDeclaration] = []
    private var declaredWords: Set<UnsafePointer<UInt8>> = []
    private var text: [UInt8] = []
    private var open: [(node: Int, declarations: Int)] = []
    private var declarations = 0
    /// Whether the last node is a text that goes on.
    private var isInText = false
    private var fault: XMLError.Code?

    /// libxml2 keeps each name once, so that the pointers stand for the name.
    private struct NameKey: Hashable {
        let local: UnsafePointer<UInt8>?
        let namespace: UnsafePointer<UInt8>?
        let prefix: UnsafePointer<UInt8>?

        /// A number below 256.
        var slot: Int {
            let bits = UInt(bitPattern: local) ^ UInt(bitPattern: namespace) &* 31
            return Int((bits >> 3 ^ bits >> 11 ^ UInt(bitPattern: prefix)) & 255)
        }
    }

    init(limits: XMLLimits, dataNamespace: String) {
        self.limits = limits
        self.dataNamespace = dataNamespace
    }

    /// Reads a document; answers the first fault with its place.
    mutating func read(_ bytes: [UInt8]) -> (code: XMLError.Code, offset: Int)? {
        guard bytes.count <= limits.bytesMax else { return (.tooLarge, 0) }
        guard bytes.contains(where: { !Self.isSpace($0) }) else { return (.empty, 0) }
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            return (.invalidUTF8, error.byteOffsets.lowerBound)
        }
        // Zeros would make libxml2 guess another encoding.
        if let zero = bytes.firstIndex(of: 0) { return (.invalidCharacter, zero) }
        return bytes.withUnsafeBufferPointer { buffer in
            MarkupScan.fault(in: buffer, attributesMax: limits.attributesMax) ?? parse(buffer)
        }
    }

    /// The tree of what was read without fault.
    func finished(_ source: [UInt8]) -> XMLStorage {
        XMLStorage(
            source: source, nodes: nodes, attributes: attributes, names: names,
            declarations: declared, text: text)
    }

    private mutating func parse(
        _ bytes: UnsafeBufferPointer<UInt8>
    ) -> (code: XMLError.Code, offset: Int)? {
        nodes.reserveCapacity(bytes.count / 40)
        attributes.reserveCapacity(bytes.count / 60)
        text.reserveCapacity(bytes.count / 2)
        var offset = 0
        let outcome = withUnsafeMutablePointer(to: &self) { builder in
            var events = cxml_events(
                context: builder,
                start: { XMLTreeBuilder.of($0, $1?.pointee) { $0.start($1) } },
                end: { XMLTreeBuilder.of($0, $1) { $0.end($1) } },
                text: {
                    XMLTreeBuilder.of($0, UnsafeBufferPointer(start: $1, count: $2)) { $0.add($1) }
                },
                doctype: {
                    XMLTreeBuilder.of($0, $1) { builder, _ in builder.fault = .documentType }
                })
            return cxml_read(bytes.baseAddress, bytes.count, &events, &offset)
        }
        guard let code = Self.code(outcome) else {
            return nodes.isEmpty ? (.unexpectedEnd, bytes.count) : nil
        }
        let isAtEnd = code == .malformed && offset >= bytes.count
        return (fault ?? (isAtEnd ? .unexpectedEnd : code), offset)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte &- 0x09 < 2 || byte == 0x0D
    }

    /// Calls back into the builder that libxml2 carries along; 0 goes on.
    private static func of<Event>(
        _ context: UnsafeMutableRawPointer?, _ event: Event?,
        _ take: (inout XMLTreeBuilder, Event) -> Void
    ) -> Int32 {
        guard let context, let event else { return 1 }
        let builder = context.assumingMemoryBound(to: XMLTreeBuilder.self)
        take(&builder.pointee, event)
        return builder.pointee.fault == nil ? 0 : 1
    }

    private static func code(_ outcome: cxml_outcome) -> XMLError.Code? {
        switch outcome {
        case CXML_DONE: nil
        case CXML_NO_MEMORY: .noMemory
        case CXML_ENDS_EARLY: .unexpectedEnd
        case CXML_ENTITY: .entity
        case CXML_DUPLICATE_ATTRIBUTE: .duplicateAttribute
        case CXML_PREFIX: .unknownPrefix
        case CXML_TAGS: .mismatchedTags
        case CXML_TRAILING: .trailingContent
        case CXML_CHARACTER: .invalidCharacter
        case CXML_LIMIT: .tooLarge
        default: .malformed
        }
    }

    private mutating func start(_ element: cxml_start) {
        isInText = false
        declarations += Int(element.declaration_count)
        guard open.count < limits.depthMax else {
            fault = .tooDeep
            return
        }
        guard nodes.count < limits.nodesMax else {
            fault = .tooManyNodes
            return
        }
        guard Int(element.attribute_count) <= limits.attributesMax else {
            fault = .tooManyAttributes
            return
        }
        guard declarations <= limits.declarationsMax else {
            fault = .tooManyNamespaces
            return
        }
        var declaresDefault = false
        for index in 0..<Int(element.declaration_count) {
            let prefix = element.declarations[2 * index]
            declaresDefault = declaresDefault || prefix == nil
            declare(prefix, element.declarations[2 * index + 1])
        }
        let first = UInt32(attributes.count)
        for index in 0..<Int(element.attribute_count) {
            add(attribute: element.attributes + 5 * index)
        }
        open.append((nodes.count, Int(element.declaration_count)))
        nodes.append(
            XMLNode(
                name: number(element.name, element.namespace_, element.prefix), first: first,
                count: UInt32(element.attribute_count), next: 0, offset: UInt32(element.offset),
                end: 0, declaresDefault: declaresDefault))
    }

    private mutating func declare(
        _ prefix: UnsafePointer<UInt8>?, _ namespace: UnsafePointer<UInt8>?
    ) {
        declared.append(
            XMLDeclaration(
                node: nodes.count, prefix: Self.string(prefix),
                namespace: Self.string(namespace)))
        for word in [prefix, namespace] { if let word { declaredWords.insert(word) } }
        countNames()
    }

    /// Each further name is slower to look up in libxml2: a million would take ten seconds.
    private mutating func countNames() {
        if names.count + declaredWords.count > limits.namesMax { fault = .tooManyNames }
    }

    private mutating func add(attribute: UnsafePointer<UnsafePointer<UInt8>?>) {
        let start = UInt32(text.count)
        if let first = attribute[3], let end = attribute[4] {
            text.append(contentsOf: UnsafeBufferPointer(start: first, count: end - first))
        }
        attributes.append(
            XMLAttribute(
                name: number(attribute[0], attribute[2], attribute[1]), start: start,
                end: UInt32(text.count)))
    }

    private mutating func end(_ offset: Int) {
        isInText = false
        guard let (node, count) = open.popLast() else {
            fault = .malformed
            return
        }
        declarations -= count
        nodes[node].next = UInt32(nodes.count)
        nodes[node].end = UInt32(offset)
    }

    private mutating func add(_ piece: UnsafeBufferPointer<UInt8>) {
        guard let owner = open.last?.node, !piece.isEmpty else { return }
        if !isInText {
            let isData = names[Int(nodes[owner].name)].isData
            if isData, piece.allSatisfy(Self.isSpace) { return }
            guard nodes.count < limits.nodesMax else {
                fault = .tooManyNodes
                return
            }
            isInText = true
            nodes.append(
                XMLNode(
                    name: -1, first: UInt32(text.count), count: 0, next: UInt32(nodes.count + 1),
                    offset: 0, end: 0, declaresDefault: false))
        }
        text.append(contentsOf: piece)
        nodes[nodes.count - 1].count += UInt32(piece.count)
    }

    private mutating func number(
        _ local: UnsafePointer<UInt8>?, _ namespace: UnsafePointer<UInt8>?,
        _ prefix: UnsafePointer<UInt8>?
    ) -> Int32 {
        let key = NameKey(local: local, namespace: namespace, prefix: prefix)
        let slot = key.slot
        if recent[slot].key == key { return recent[slot].number }
        let number = numbers[key] ?? added(key)
        recent[slot] = (key, number)
        return number
    }

    private mutating func added(_ key: NameKey) -> Int32 {
        let space = Self.string(key.namespace)
        let number = Int32(names.count)
        names.append(
            XMLName(
                local: Self.string(key.local), namespace: space, prefix: Self.string(key.prefix),
                isData: space == dataNamespace))
        numbers[key] = number
        countNames()
        return number
    }

    private static func string(_ bytes: UnsafePointer<UInt8>?) -> String {
        bytes.map { String(cString: $0) } ?? ""
    }
}
