import Assembly

/// The program; everything it does is in Assembly.
@main
struct Main {
    static func main() async { await Program.main() }
}
