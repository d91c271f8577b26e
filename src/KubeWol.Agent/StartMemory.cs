using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent;

/// <summary>Once everything that happens at the start has happened, gives back the memory that only it needed: an agent then waits for weeks.</summary>
internal sealed class StartMemory(TimeProvider time, ILogger<StartMemory> logger) : BackgroundService
{
    /// <summary>Long enough for interfaces, TLS, the lists of all caches and a first collection.</summary>
    internal static readonly TimeSpan Start = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(Start, time, stoppingToken).ConfigureAwait(false);
        try
        {
            logger.Released(ResidentPages.Release());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No /proc: it goes on with what it has.
        }
    }
}
