using KubeWol.TestCluster.Processes;

namespace KubeWol.TestCluster.ApiServers;

/// <summary>Asks a server until it is ready, has ended, or has had time enough.</summary>
internal static class Readiness
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    public static async Task WaitAsync(
        ChildProcess process, TimeSpan timeout, Func<CancellationToken, Task<HttpResponseMessage>> ask, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        var last = "it does not answer";
        while (true)
        {
            try
            {
                using var response = await ask(limit.Token);
                if (response.IsSuccessStatusCode) return;
                last = await response.Content.ReadAsStringAsync(limit.Token);
            }
            catch (HttpRequestException e)
            {
                last = e.Message;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw process.Failure($"was not ready within {timeout.TotalSeconds:0} s ({last})");
            }
            if (process.HasExited) throw process.Failure($"ended with {await process.Exited} before it was ready");
            await Task.WhenAny(process.Exited, Task.Delay(Pause, cancellationToken));
        }
    }
}
