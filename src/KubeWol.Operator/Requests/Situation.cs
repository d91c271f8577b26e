using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Requests;

/// <summary>Everything a decision depends on.</summary>
/// <param name="Action">What is asked for.</param>
/// <param name="Found">How many machines the target names.</param>
/// <param name="State">What the machine is doing; of no meaning unless there is exactly one.</param>
/// <param name="IsReady">Whether the guest is ready.</param>
/// <param name="FoundRunning">Whether the machine ran when the request first found it.</param>
/// <param name="Issued">What this request already did to the machine.</param>
/// <param name="SinceIssued">How long ago that was.</param>
/// <param name="Age">How old the request is.</param>
/// <param name="Deadline">How old it may become.</param>
internal readonly record struct Situation(
    WakeAction Action,
    int Found,
    MachineState State,
    bool IsReady,
    bool FoundRunning,
    WakeOperation Issued,
    TimeSpan SinceIssued,
    TimeSpan Age,
    TimeSpan Deadline);
