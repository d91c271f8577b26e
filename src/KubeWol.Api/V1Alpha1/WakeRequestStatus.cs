using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using KubeWol.Api.Schema;
using KubeWol.ControllerRuntime;

namespace KubeWol.Api.V1Alpha1;

/// <summary>What became of a request.</summary>
public sealed record WakeRequestStatus
{
    /// <summary>What the request was taken to ask for.</summary>
    public WakeAction? Action { get; init; }

    /// <summary>How far it has come.</summary>
    public WakePhase? Phase { get; init; }

    /// <summary>Why it stands there.</summary>
    public WakeReason? Reason { get; init; }

    /// <summary>The same for people, with names and numbers.</summary>
    [StringLength(1024)]
    public string? Message { get; init; }

    /// <summary>The machine that was found for the target.</summary>
    public VirtualMachineReference? VirtualMachine { get; init; }

    /// <summary>What was done to it; of several things the last.</summary>
    public WakeOperation? Operation { get; init; }

    /// <summary>Whether this request created the machine.</summary>
    public bool? Created { get; init; }

    /// <summary>The VirtualMachineInstanceMigration that this request created, in the machine's namespace.</summary>
    [StringLength(253)]
    public string? Migration { get; init; }

    /// <summary>The machine's state before and after.</summary>
    public ObservedMachine? Observed { get; init; }

    /// <summary>The request's place among those for the same machine that were made in the same second.</summary>
    public long? Sequence { get; init; }

    /// <summary>When the operator first saw the request.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? AcceptedAt { get; init; }

    /// <summary>When KubeVirt accepted the operation.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? IssuedAt { get; init; }

    /// <summary>When the request succeeded or failed.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Authorized, Resolved and Completed, each with a reason.</summary>
    [MaxItems(8)]
    [ListMapKey("type")]
    public IReadOnlyList<Condition>? Conditions { get; init; }
}
