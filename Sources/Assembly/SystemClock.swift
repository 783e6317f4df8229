import Glibc
package import Kernel
import Sealing

/// The clock and the source of ids of the machine.
package enum SystemClock {
    /// The machine's clock.
    package static let clock = Clock(
        wallMs: { milliseconds(CLOCK_REALTIME) }, steadyMs: { milliseconds(CLOCK_BOOTTIME) })

    /// Ids from the kernel's randomness.
    static func ids(_ clock: Clock) -> IDs {
        IDs {
            do {
                return IDs.uuid7(ms: clock.wallMs(), random: try Random.bytes(10))
            } catch {
                Console.fatal("The kernel gives no randomness: \(error)")
            }
        }
    }

    private static func milliseconds(_ hand: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(hand, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
