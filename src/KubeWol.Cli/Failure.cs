using System.Net;
using KubeWol.ControllerRuntime.Cluster;

namespace KubeWol.Cli;

/// <summary>What went wrong, as a person needs to hear it: what, and what to do next.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Next">What to do about it, or null.</param>
internal sealed record Failure(ExitCode Code, string Message, string? Next = null)
{
    private const string Unreachable = "Is the cluster up, and is this the right one? Try: kubectl cluster-info";

    /// <summary>Null for an exception that nobody expected: it is a defect, and shows where it came from.</summary>
    public static Failure? Of(Exception exception) => exception switch
    {
        CliException known => new(known.Code, known.Message, known.Next),
        ClusterConfigurationException => new(ExitCode.NoCluster, exception.Message, "Give --kubeconfig FILE or --context NAME. Try: kubectl config get-contexts"),
        ApiException refusal => Of(refusal),
        HttpRequestException or TimeoutException => new(ExitCode.NoCluster, exception.Message, Unreachable),
        OperationCanceledException => new(ExitCode.Interrupted, "interrupted"),
        _ => null,
    };

    private static Failure Of(ApiException refusal) => refusal switch
    {
        { StatusCode: HttpStatusCode.Unauthorized } => new(ExitCode.NoCluster, $"the API server does not accept the credentials: {refusal.Message}", "Log in again. Try: kubectl auth whoami"),
        { StatusCode: HttpStatusCode.Forbidden } => new(ExitCode.Refused, refusal.Message, "Somebody who administers the cluster can give you the right. Try: kubectl wol doctor"),
        { IsNotFound: true, IsNoSuchObject: false } => new(
            ExitCode.Refused, $"the API server does not serve that: {refusal.Message}", "Is KubeWol installed in this cluster? Try: kubectl wol doctor"),
        { IsTransient: true } => new(ExitCode.NoCluster, $"the API server is in trouble: {refusal.Message}", "Try again in a moment."),
        _ => new(ExitCode.Refused, refusal.Message),
    };
}
