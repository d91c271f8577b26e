namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary>What virt-api answers: an empty body on success, a metav1.Status on failure.</summary>
/// <param name="Code">The HTTP status.</param>
/// <param name="Reason">The metav1.Status reason; empty on success.</param>
/// <param name="Message">The metav1.Status message; empty on success.</param>
/// <param name="Resource">The resource the failure is about, in the singular as virt-api has it; null where it names none.</param>
/// <param name="Name">The name of the object the failure is about, or null.</param>
internal sealed record Answer(int Code, string Reason, string Message, string? Resource = null, string? Name = null)
{
    public const string Vm = "virtualmachine";
    public const string Vmi = "virtualmachineinstance";

    /// <summary>The verbs of a VirtualMachine.</summary>
    public static Answer Accepted { get; } = new(202, "", "");

    /// <summary>The verbs of a VirtualMachineInstance.</summary>
    public static Answer Ok { get; } = new(200, "", "");

    public static Answer BadRequest(string message) => new(400, "BadRequest", message);

    public static Answer Forbidden(string resource, string name, string why) =>
        new(403, "Forbidden", $"{resource}.kubevirt.io \"{name}\" is forbidden: {why}", resource, name);

    public static Answer NotFound(string resource, string name) => new(404, "NotFound", $"{resource}.kubevirt.io \"{name}\" not found", resource, name);

    public static Answer Conflict(string resource, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {resource}.kubevirt.io \"{name}\": {why}", resource, name);

    /// <summary>Also what becomes of a write of virt-api's that the API server refuses: a lost JSON-patch test, a webhook's no.</summary>
    public static Answer InternalError(string message) => new(500, "InternalError", $"Internal error occurred: {message}");
}
