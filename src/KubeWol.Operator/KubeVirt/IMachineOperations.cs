namespace KubeWol.Operator.KubeVirt;

/// <summary>Does things to machines. A seam: waking a node instead of a machine would be another one.</summary>
internal interface IMachineOperations
{
    /// <summary>Asks for an operation and says what became of the asking; the machine's progress shows in its status.</summary>
    Task<OperationOutcome> IssueAsync(Order order, CancellationToken cancellationToken);
}
