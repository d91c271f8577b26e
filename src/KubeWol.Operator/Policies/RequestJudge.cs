using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Templates;

namespace KubeWol.Operator.Policies;

/// <summary>Finds out what a request asks for and whether it may: from policies and proofs where it was heard on the network.</summary>
internal sealed class RequestJudge(PolicyBook book, TemplateFinder templates, IPasswords passwords, CommandProofs commands, RateMeter meter)
{
    /// <summary>The judgement of a request whose target is known.</summary>
    /// <param name="request">The request.</param>
    /// <param name="target">What it means.</param>
    /// <param name="isItsTurn">Whether it is to be carried out now, and so counts against limits; not where others only want to know what it asks for.</param>
    /// <returns>The judgement, and whether there was anything that policies have a say in: a machine, or a template that would make one.</returns>
    public (Judgement Judgement, bool IsMeant) Judge(WakeRequest request, Target target, bool isItsTurn)
    {
        if (request.Spec.Frame is not { } frame) return (Judgement.Direct(request.Spec.Action ?? WakeAction.Wake), true);
        // What has begun was allowed, and is finished.
        if (request.Status is { Operation: not (null or WakeOperation.None), Action: { } begun }) return (Said(request, target, begun), true);
        if (Lateness(request) is { } late) return (new(Guess(request), late) { Refusal = WakeReason.DeliveredTooLate }, true);
        // What it was taken for while its machine was there it stays.
        if (Subject(request, target) is not var (policies, machine)) return (new(request.Status?.Action ?? Guess(request), "no machine, and so no policy, was asked"), false);
        var message = new Message(frame, target.IsReversed, request.Spec.Action ?? (target.IsMet ? request.Status?.Action : null));
        return (PolicyTable.Judge(message, policies, Evidence(request, machine, isItsTurn)), true);
    }

    /// <summary>
    /// What an agent could not bring in time, because the API server or the agent was away, it brings all the same, so that somebody can see it. Both
    /// times are the API server's: an agent corrects its clock by that one. Null for what came in time.
    /// </summary>
    private static string? Lateness(WakeRequest request)
    {
        var deadline = TimeSpan.FromSeconds(request.Spec.DeadlineSeconds ?? WakeRequestSpec.DefaultDeadlineSeconds);
        return request.Metadata.CreationTimestamp - request.Spec.Frame!.CapturedAt is { } late && late > deadline
            ? $"the frame was heard at {request.Spec.Frame.CapturedAt:yyyy-MM-dd HH:mm:ss} UTC, and its request could only be written {Words(late)} later; what is older than {deadline.TotalSeconds:0} s is not carried out"
            : null;

        static string Words(TimeSpan late) => late < TimeSpan.FromHours(1) ? $"{late.TotalMinutes:0} min" : $"{late.TotalHours:0.#} h";
    }

    /// <summary>The settings of the policy go on to count; what it says of the request does not.</summary>
    private Judgement Said(WakeRequest request, Target target, WakeAction action)
    {
        var judged = Subject(request, target) is var (policies, machine) && request.Spec.Frame is { } frame
            ? PolicyTable.Judge(new(frame, target.IsReversed, action), policies, Evidence(request, machine, false))
            : new(action, "");
        return judged with { Action = action, Refusal = null };
    }

    private FrameEvidence Evidence(WakeRequest request, ResourceKey machine, bool counts) => new(request, machine, passwords, commands, counts ? meter : null);

    private (IReadOnlyList<WakePolicy> Policies, ResourceKey Machine)? Subject(WakeRequest request, Target target) => target.Found switch
    {
        [var machine] => (book.For(machine.Object), ResourceKey.Of(machine.Object)),
        [] when templates.Claiming(request, CommandProofs.Claims(request)?.Template) is [var template] => (book.For(template), new(template.Metadata.Namespace, request.Spec.Target.MacAddress ?? "")),
        _ => null,
    };

    /// <summary>What a frame asks for that calls nobody: of importance to the words alone.</summary>
    private WakeAction Guess(WakeRequest request) => request.Spec.Action
        ?? (CommandProofs.Claims(request) is { Action: not WakeAction.Unknown } claimed ? claimed.Action : book.ByDefault(request.Spec.Frame!));
}
