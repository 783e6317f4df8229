extension FHIRPathExpression {
    /// What is wrong with the expression for any resource of a type, without a resource at hand.
    package func faults(
        on typeName: String?, types: PathTypes, checksOrder: Bool = false
    ) -> [FHIRPathError] {
        []
    }
}
