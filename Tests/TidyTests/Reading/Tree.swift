import Foundation
import TestKit

/// One file of the project, by its path below the root.
struct TreeFile {
    /// Path below the root, with `/` between folders.
    let path: String
    /// The text; bytes that are not UTF-8 are shown as replacement marks.
    let text: String

    /// The last part of the path.
    var name: String { String(path.split(separator: "/").last ?? "") }
    /// The folders above the file, outermost first.
    var folders: [String] { path.split(separator: "/").dropLast().map(String.init) }
    /// The target of a file below `Sources` or `Tests`, or nil.
    var target: String? {
        let folders = folders
        return folders.count >= 2 && (folders[0] == "Sources" || folders[0] == "Tests")
            ? folders[1] : nil
    }
    var isSource: Bool { path.hasPrefix("Sources/") && path.hasSuffix(".swift") }
    var isTest: Bool { path.hasPrefix("Tests/") && path.hasSuffix(".swift") }
}

/// A Swift file together with its three views.
struct SwiftFile {
    let file: TreeFile
    let text: SwiftText

    var path: String { file.path }

    init(_ file: TreeFile) {
        self.file = file
        text = SwiftText(file.text)
    }

    /// A file that exists only in a self-check of a rule.
    init(_ path: String, _ source: String) { self.init(TreeFile(path: path, text: source)) }
}

/// The project as it lies on the disk: what git tracks or would track, read once.
struct Tree {
    /// The project read from the folder that this file was compiled in.
    static let project = Tree(root: root)

    /// Every path that git tracks or would add, sorted.
    let paths: [String]
    /// The files that are text, in the order of the paths.
    let files: [TreeFile]
    /// The Swift files of Sources, of Tests and of the root.
    let swift: [SwiftFile]

    private static var root: URL {
        if let given = ProcessInfo.processInfo.environment["TRIBAL_EHR_PROJECT"] {
            return URL(fileURLWithPath: given)
        }
        var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            let manifest = folder.appendingPathComponent("Package.swift").path
            let isRoot = FileManager.default.fileExists(atPath: manifest)
            if isRoot, folder.lastPathComponent != "Tests" { return folder }
        }
        return URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    }

    private init(root: URL) {
        let fileManager = FileManager.default
        paths = Self.listed(root).filter {
            fileManager.fileExists(atPath: root.appendingPathComponent($0).path)
        }
        files = paths.compactMap { path in
            guard let data = fileManager.contents(atPath: root.appendingPathComponent(path).path),
                !data.prefix(8_000).contains(0)
            else { return nil }
            return TreeFile(path: path, text: String(decoding: data, as: UTF8.self))
        }
        swift = files.filter { $0.path.hasSuffix(".swift") }.map(SwiftFile.init)
    }

    /// The text of one file, or nil if there is none.
    func text(_ path: String) -> String? { files.first { $0.path == path }?.text }

    var sources: [SwiftFile] { swift.filter(\.file.isSource) }
    var tests: [SwiftFile] { swift.filter(\.file.isTest) }

    /// Asks git, because it knows what is ignored; without git every file outside of dot folders.
    private static func listed(_ root: URL) -> [String] {
        // A machine without git is told apart by the empty answer.
        let git = try? Program.run(
            "/usr/bin/env",
            [
                "git", "-C", root.path, "ls-files", "-z", "--cached", "--others",
                "--exclude-standard",
            ])
        let paths = (git?.output ?? []).split(separator: 0).map {
            String(decoding: $0, as: UTF8.self)
        }
        return (paths.isEmpty ? walked(root) : paths).sorted()
    }

    private static func walked(_ root: URL) -> [String] {
        let all = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String }
        return (all ?? []).filter { path in
            var isFolder: ObjCBool = false
            let full = root.appendingPathComponent(path).path
            let exists = FileManager.default.fileExists(atPath: full, isDirectory: &isFolder)
            return exists && !isFolder.boolValue && !path.hasPrefix(".build")
                && !path.hasPrefix(".git/")
        }
    }
}
