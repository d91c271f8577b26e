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

    /// <summary>The machine ran and is paused.</summary>
    Paused,

    /// <summary>The machine was shut down.</summary>
    Stopped,

    /// <summary>The machine was paused or off already; nothing was done.</summary>
    AlreadyInactive,

    /// <summary>The machine was migrated, in the state it was in.</summary>
    Moved,

    /// <summary>The machine is off; its next start will prefer the node that was asked for.</summary>
    Placed,

    /// <summary>The machine was where it was asked to be already; nothing was done.</summary>
    AlreadyThere,

    /// <summary>The machine did not exist, was created, and is ready.</summary>
    Instantiated,

    /// <summary>The machine was deleted and is gone.</summary>
    Destroyed,

    /// <summary>There was no such machine to delete.</summary>
    AlreadyGone,

    /// <summary>Exactly one machine was found for the target.</summary>
    TargetFound,

    /// <summary>No WakePolicy selects the machine, and the operator's default allows it.</summary>
    DefaultPolicy,

    /// <summary>A WakePolicy allows it; the message says which.</summary>
    PolicyAllows,

    /// <summary>It was not heard on the network but asked for at the API server, which decided whether its author may.</summary>
    AskedDirectly,

    /// <summary>No machine has this MAC address or name yet; it is looked for a little longer, in case it is being created.</summary>
    LookingForTarget,

    /// <summary>The machine is on its way up.</summary>
    WaitingForStart,

    /// <summary>The machine is on its way down.</summary>
    WaitingForStop,

    /// <summary>The machine is about to be paused.</summary>
    WaitingForPause,

    /// <summary>The machine is about to be deleted.</summary>
    WaitingForDeletion,

    /// <summary>The machine is about to be created.</summary>
    WaitingForCreation,

    /// <summary>Another request for the same machine is being carried out; this one is next.</summary>
    WaitingForTurn,

    /// <summary>The machine is being migrated.</summary>
    WaitingForMigration,

    /// <summary>The machine is about to be given a preference for the node of its next start.</summary>
    WaitingForPlacement,

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

    /// <summary>The machine was deleted while the request was being carried out.</summary>
    TargetVanished,

    /// <summary>The machine was started, and somebody has stopped it before it was ready.</summary>
    StoppedMeanwhile,

    /// <summary>A later request takes the place of this one, or took it before this one arrived: it asks for the opposite, or for more.</summary>
    Superseded,

    /// <summary>Another request was made for the same broadcast, mostly by another node, and that one counts; the message names it.</summary>
    SameBroadcast,

    /// <summary>KubeVirt cannot migrate the machine live; the message says why.</summary>
    NotMigratable,

    /// <summary>The migration failed; the machine is where it was.</summary>
    MigrationFailed,

    /// <summary>No node has this name, or these labels.</summary>
    NodeNotFound,

    /// <summary>No such node takes machines now: cordoned, not ready, or without virt-handler.</summary>
    NodeNotSchedulable,

    /// <summary>Something else has a say in where the machine starts; KubeWol does not override it.</summary>
    PlacementConflict,

    /// <summary>There is no such WakeTemplate, or it cannot be used; the message says which and why.</summary>
    TemplateNotUsable,

    /// <summary>Several WakeTemplates claim the address; none was used.</summary>
    AmbiguousTemplate,

    /// <summary>A parameter is missing, unknown, of the wrong type or out of bounds.</summary>
    InvalidParameters,

    /// <summary>The template has as many instances as it may have.</summary>
    TooManyInstances,

    /// <summary>Policies that select the machine give the frame different meanings; it was not guessed at.</summary>
    AmbiguousMessage,

    /// <summary>No policy lets a frame do this to the machine.</summary>
    VerbNotAllowed,

    /// <summary>No policy lets a frame from there do this to the machine.</summary>
    OriginNotAllowed,

    /// <summary>The policy asks for a password or a signed command, and the frame carries none.</summary>
    ProofMissing,

    /// <summary>The frame's password is not the one the policy asks for.</summary>
    WrongPassword,

    /// <summary>The signed command is damaged, is signed with a key that no policy knows, or its signature is not right.</summary>
    BadSignature,

    /// <summary>The signed command is too old, or comes from the future; the message says by how much.</summary>
    StaleCommand,

    /// <summary>The same signed command was carried out before.</summary>
    ReplayedCommand,

    /// <summary>A policy's rate limit is used up.</summary>
    RateLimited,

    /// <summary>KubeVirt refused the operation for good; the message carries its words.</summary>
    Refused,

    /// <summary>KubeWol lacks the right to do it; the message names the right.</summary>
    Forbidden,

    /// <summary>The deadline passed before the machine was in the wanted state; the message says what it was waiting for.</summary>
    DeadlineExceeded,

    /// <summary>The frame's request was written so long after the frame was heard that nobody waits for it any more; nothing was done.</summary>
    DeliveredTooLate,

    /// <summary>The request asks for something this version does not know.</summary>
    UnsupportedAction,
}
