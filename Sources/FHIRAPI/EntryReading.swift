import FHIRModel
import Kernel
import RecordStore

/// Reads one entry of a Bundle as an item of a plan.
struct EntryReading {
    private let entry: FHIRBundle.Entry
    private let naming: BundlePlan.Naming
    private let place: String

    init(_ entry: FHIRBundle.Entry, _ naming: BundlePlan.Naming) {
        self.entry = entry
        self.naming = naming
        place = BundlePlan.place(entry.index)
    }

    /// The item; nil for an entry that has nothing to store.
    ///
    /// - Throws: ``Problem`` that names the place in the entry.
    func item() throws(Problem) -> BundlePlan.Item? {
        if let fault = entry.fault { throw fault.problem }
        switch entry.request?.method {
        case .get?, .head?: return try reading()
        case .delete?: return try about(.delete, resource: nil, patch: nil)
        case .patch?: return try patching()
        case .put?: return try updating()
        case .post?, nil: return try creating()
        }
    }

    private func reading() throws(Problem) -> BundlePlan.Item {
        let address = try self.address()
        return try item(.read, type: address.type ?? "", id: address.id ?? "")
    }

    private func creating() throws(Problem) -> BundlePlan.Item? {
        guard let resource = entry.resource else {
            guard entry.request == nil else { throw required() }
            return nil
        }
        let type = try checked(resource)
        if entry.request != nil {
            let address = try self.address()
            guard address.type == type, address.id == nil, !address.isHistory,
                address.query == nil
            else { throw value("A creation names the type of its resource.", "url") }
        }
        let condition = try entry.request?.ifNoneExist.map { query throws(Problem) in
            guard !query.isEmpty else {
                throw value("ifNoneExist names at least one search parameter.", "ifNoneExist")
            }
            return BundlePlan.Condition(type: type, query: query)
        }
        return try item(
            .create, type: type, id: ownID(resource), resource: resource, condition: condition)
    }

    private func updating() throws(Problem) -> BundlePlan.Item {
        guard let resource = entry.resource else { throw required() }
        let type = try checked(resource)
        let item = try about(.update, resource: resource, patch: nil)
        let own = resource.string("id")
        guard item.type == type, item.id.isEmpty || own == nil || own == item.id else {
            throw value("An update names the Type/id of its resource.", "url")
        }
        return item
    }

    private func patching() throws(Problem) -> BundlePlan.Item {
        guard let resource = entry.resource else { throw required() }
        let patch: PatchBody
        do throws(Problem) {
            patch = try PatchBody(entry: resource)
        } catch {
            throw Problem(error.code, error.detail, location: "\(place).resource")
        }
        return try about(.patch, resource: nil, patch: patch)
    }

    /// An item about a resource that the address names by its id or by a condition.
    private func about(
        _ act: BundlePlan.Act, resource: JSON?, patch: PatchBody?
    ) throws(Problem) -> BundlePlan.Item {
        let address = try self.address()
        guard let type = address.type, !address.isHistory, address.version == nil else {
            throw value("A change names Type/id, or Type?search.", "url")
        }
        if let id = address.id {
            guard address.query == nil else {
                throw value("A change names an id or a search, not both.", "url")
            }
            return try item(act, type: type, id: id, resource: resource, patch: patch)
        }
        guard let query = address.query, !query.isEmpty else {
            throw value("A change names Type/id, or Type?search.", "url")
        }
        return try item(
            act, type: type, id: "", resource: resource, patch: patch,
            condition: BundlePlan.Condition(type: type, query: query))
    }

    private func item(
        _ act: BundlePlan.Act, type: String, id: String, resource: JSON? = nil,
        patch: PatchBody? = nil, condition: BundlePlan.Condition? = nil
    ) throws(Problem) -> BundlePlan.Item {
        BundlePlan.Item(
            index: entry.index, act: act, type: type, id: id, resource: resource, patch: patch,
            condition: condition, ifVersion: try FHIRNames.ifMatch(entry.request?.ifMatch),
            ifAbsent: act == .update && entry.request?.ifNoneMatch == "*",
            fullURL: entry.fullURL, request: entry.request)
    }

    private func address() throws(Problem) -> EntryAddress {
        do throws(Problem) {
            return try EntryAddress(entry.request?.url ?? "")
        } catch {
            throw Problem(error.code, error.detail, location: "\(place).request.url")
        }
    }

    /// The type of a resource that fulfils what every write must.
    private func checked(_ resource: JSON) throws(Problem) -> String {
        do throws(Problem) {
            try ResourceBody.check(resource)
        } catch {
            let inside = error.location.map { "\(place): \($0)" }
            throw Problem(error.code, error.detail, location: inside ?? place)
        }
        return resource.string("resourceType") ?? ""
    }

    private func ownID(_ resource: JSON) -> String {
        if case .fresh(let next) = naming { return next() }
        if let id = resource.string("id") { return id }
        if let url = entry.fullURL, url.hasPrefix("urn:uuid:"),
            FHIRID.isValid(String(url.dropFirst(9)))
        {
            return String(url.dropFirst(9))
        }
        return ContentID.of(resource)
    }

    private func required() -> Problem {
        Problem(.required, "The entry holds no resource.", location: place)
    }

    private func value(_ sentence: String, _ element: String) -> Problem {
        Problem(.value, sentence, location: "\(place).request.\(element)")
    }
}
