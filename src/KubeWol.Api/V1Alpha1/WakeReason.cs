using System.Text.Json.Serialization;

namespace KubeWol.Api.V1Alpha1;

/// <summary>Why a request, or one of its conditions, stands where it stands. One closed set for status, Events, metrics and docs.</summary>
[JsonConverter(typeof(KnownOrUnknownEnumConverter<WakeReason>))]
public enum WakeReason
{
    /// <summary>Written by a newer version; never by this one.</summary>
    Unknown,

    /// <summary>The machine was stopped, was started, and is ready.</summary>
    Started,

    /// <summary>The machine was paused and runs again.</summary>
    Unpaused,

    /// <summary>The machine ran already, or came up by itself; nothing was done.</summary>
    AlreadyActive,

    /// <summary>Exactly one machine was found for the target.</summary>
    TargetFound,

    /// <summary>The built-in default applies: every machine may be woken, and nothing else.</summary>
    DefaultPolicy,

    /// <summary>No machine has this MAC address or name yet; it is looked for a little longer, in case it is being created.</summary>
    LookingForTarget,

    /// <summary>The machine is on its way up.</summary>
    WaitingForStart,

    /// <summary>The machine is on its way down and will be started again then.</summary>
    WaitingForStop,

    /// <summary>The machine is being migrated.</summary>
    WaitingForMigration,

    /// <summary>KubeVirt cannot bring the machine up at the moment; it goes on trying.</summary>
    WaitingForRecovery,

    /// <summary>KubeVirt's API could not be asked, or asked to be left alone for a while; it is asked again.</summary>
    WaitingForKubeVirt,

    /// <summary>No machine in reach has this MAC address or name.</summary>
    UnknownTarget,

    /// <summary>Several machines have this MAC address; none was touched.</summary>
    AmbiguousTarget,

    /// <summary>The machine is being deleted.</summary>
    TargetTerminating,

    /// <summary>The machine's run strategy does not allow a start (Once after its run, WaitAsReceiver).</summary>
    NotStartable,

    /// <summary>KubeVirt refused the operation for good; the message carries its words.</summary>
    Refused,

    /// <summary>KubeWol lacks the right to do it; the message names the right.</summary>
    Forbidden,

    /// <summary>The deadline passed before the machine was in the wanted state; the message says what it was waiting for.</summary>
    DeadlineExceeded,

    /// <summary>The request asks for something this version does not know.</summary>
    UnsupportedAction,
}
