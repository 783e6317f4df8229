/// A value that is secret or clinical: printing it prints its type.
package struct Hidden<Value: Sendable>: Sendable, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    /// The value itself; whoever reads it answers for where it goes.
    package let value: Value

    /// Hides a value.
    package init(_ value: Value) { self.value = value }

    package var description: String { "<\(Value.self)>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
