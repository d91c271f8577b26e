using System.Text.Json.Serialization;

namespace KubeWol.Api.V1Alpha1;

/// <summary>What was done to the machine.</summary>
[JsonConverter(typeof(KnownOrUnknownEnumConverter<WakeOperation>))]
public enum WakeOperation
{
    /// <summary>Written by a newer version; never by this one.</summary>
    Unknown,

    /// <summary>Nothing; it was not necessary, or not possible.</summary>
    None,

    /// <summary>It was started: by KubeVirt's start subresource, or by its run strategy.</summary>
    Start,

    /// <summary>KubeVirt's unpause subresource was called.</summary>
    Unpause,

    /// <summary>KubeVirt's pause subresource was called.</summary>
    Pause,

    /// <summary>KubeVirt's stop subresource was called.</summary>
    Stop,

    /// <summary>A VirtualMachineInstanceMigration was created.</summary>
    LiveMigrate,

    /// <summary>The VirtualMachineInstanceMigration was deleted again, which aborts it.</summary>
    CancelMigration,

    /// <summary>The VirtualMachine was given a preference for the node of its next start, or was relieved of one.</summary>
    Place,

    /// <summary>The VirtualMachine, or the clone that makes it, was created.</summary>
    Create,

    /// <summary>The clone that makes the VirtualMachine was deleted again, before it was done.</summary>
    CancelCreation,

    /// <summary>The VirtualMachine was deleted.</summary>
    Delete,
}
