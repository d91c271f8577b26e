using System.Net;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime.Cluster;

namespace KubeWol.EndToEnd.Verbs.Chaos;

/// <summary>Those who ask for things, by frames and by requests, whatever happens to those who should listen.</summary>
internal sealed class Callers(Bed bed, Cast cast, Random random)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);
    private static readonly string[] Nodes = ["node-a", "node-b", "node-c", "no-such-node"];

    private int _requests;

    public int Asked { get; private set; }

    /// <summary>How many were refused because the API server was away.</summary>
    public int Unheard { get; private set; }

    /// <summary>Asks for something every quarter of a second until <paramref name="over"/>.</summary>
    public async Task CallAsync(CancellationToken over)
    {
        using var pace = new PeriodicTimer(Pace);
        try
        {
            do
            {
                Asked++;
                try
                {
                    await AskAsync();
                }
                catch (Exception e) when (IsOutage(e))
                {
                    Unheard++;
                }
            }
            while (await pace.WaitForNextTickAsync(over));
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // Enough was asked for.
        }
    }

    /// <summary>A server that has just started does not know custom resources yet, and says so with a bare 404.</summary>
    private static bool IsOutage(Exception e) => e is HttpRequestException or TimeoutException
        or ApiException { StatusCode: >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests } or ApiException { StatusCode: HttpStatusCode.NotFound, Reason: "" };

    private Task AskAsync()
    {
        // Every choice is made before anything is awaited, so that a seed makes the same ones each time.
        var (who, how, what, detail) = (random.Next(cast.Machines.Count + cast.Claimed.Count), random.Next(2), random.Next(12), random.Next(12));
        if (who >= cast.Machines.Count)
        {
            var claimed = cast.Claimed[who - cast.Machines.Count];
            return how == 0 ? FrameAsync(claimed, what, mayDestroy: true) : RequestAsync(new() { MacAddress = claimed }, what, detail, mayDestroy: true);
        }

        var machine = cast.Machines[who];
        return how == 0 && machine.Mac is { } mac
            ? FrameAsync(mac, what, mayDestroy: false)
            : RequestAsync(detail % 2 == 0 && machine.Mac is not null ? new() { MacAddress = machine.Mac } : new() { Name = machine.Name }, what, detail, mayDestroy: false);
    }

    private Task FrameAsync(string mac, int what, bool mayDestroy)
    {
        if (what == 6 && mayDestroy)
        {
            bed.SendCommand(WakeAction.Destroy, mac);
            return Task.CompletedTask;
        }

        string[] arguments = what switch
        {
            0 or 1 or 2 => ["-p", $"{Bed.WirePorts[WakeAction.Sleep]}", mac],
            3 or 4 => [Cast.Backwards(mac)],
            5 => ["-p", $"{Bed.WirePorts[WakeAction.Move]}", mac],
            6 => ["-p", $"{Bed.WirePorts[WakeAction.Instantiate]}", mac],
            _ => [mac],
        };
        return bed.SendAsync(["wakeonlan", .. arguments]);
    }

    private Task<WakeRequest> RequestAsync(WakeTarget target, int what, int detail, bool mayDestroy)
    {
        var spec = new WakeRequestSpec { Target = target, DeadlineSeconds = detail == 11 ? 5 : 60 };
        spec = what switch
        {
            0 or 1 => spec with { Action = WakeAction.Sleep, Sleep = new() { Mode = SleepMode.Pause } },
            2 or 3 => spec with { Action = WakeAction.Sleep, Sleep = new() { Mode = SleepMode.Stop } },
            4 => spec with { Action = WakeAction.Sleep, Sleep = new() { Mode = SleepMode.Stop, Force = true } },
            5 => spec with { Action = WakeAction.Move },
            6 or 7 => spec with { Action = WakeAction.Move, Move = new() { NodeName = Nodes[detail % Nodes.Length] } },
            8 when mayDestroy => spec with { Action = WakeAction.Destroy },
            8 or 9 when target.MacAddress is not null => spec with { Action = WakeAction.Instantiate },
            _ => spec with { Action = WakeAction.Wake },
        };
        var request = new WakeRequest { Metadata = new() { Namespace = bed.Namespace, Name = $"chaos-{++_requests}" }, Spec = spec };
        return bed.Cluster.Client.CreateAsync(WakeRequest.Type, request, TestContext.Current.CancellationToken);
    }
}
