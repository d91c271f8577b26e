using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Internal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace KubeWol.ControllerRuntime.Hosting;

/// <summary>What every program of ours does: connect, serve metrics and probes, log, and end with a sentence when it cannot start.</summary>
public static class ProgramHost
{
    /// <summary>Signals are the host's business: it lets running work finish, which the command line's own handler would cut off after two seconds.</summary>
    public static InvocationConfiguration Invocation { get; } = new() { ProcessTerminationTimeout = null };

    /// <summary>Builds the program and runs it to its end; returns the exit code.</summary>
    /// <param name="name">The program's name, for its error messages.</param>
    /// <param name="options">The options every program has.</param>
    /// <param name="given">The parsed command line.</param>
    /// <param name="configure">Adds the program's own services.</param>
    /// <param name="readiness">Null when ready, else what is missing; asked by /readyz.</param>
    /// <param name="cancellationToken">Stops the program.</param>
    public static async Task<int> RunAsync(string name, ProgramOptions options, ParseResult given, Action<IServiceCollection, ClusterConnection> configure,
        Func<IServiceProvider, string?> readiness, CancellationToken cancellationToken)
    {
        var listen = given.GetValue(options.Listen)!;
        try
        {
            using var connection = ClusterConnection.Open(given.GetValue(options.Kubeconfig));
            // Only what programs say themselves: the framework's own meters would be another hundred series.
            Metrics.SuppressDefaultMetrics(new() { SuppressDebugMetrics = true, SuppressEventCounters = true, SuppressMeters = true });
            var builder = Host.CreateEmptyApplicationBuilder(null);
            AddLogging(builder.Logging, given.GetValue(options.LogLevel), given.GetValue(options.LogFormat) == "json");
            builder.Services.AddCluster(connection);
            configure(builder.Services, connection);
            using var host = builder.Build();
            await using var pages = PageServer.Listen(listen, TimeProvider.System);
            await host.StartAsync(cancellationToken).ConfigureAwait(false);
            var logger = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(name);
            var version = typeof(ProgramHost).Assembly.GetName().Version!.ToString(3);
            host.Services.GetRequiredService<RuntimeMetrics>().Built(name, version);
            pages.Serve(Pages(host.Services, readiness), logger);
            logger.Started(name, version, connection.Server, pages.Address);
            await host.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
            return Environment.ExitCode;
        }
        catch (Exception e) when (e is ClusterConfigurationException or StartException)
        {
            return await EndAsync(e.Message).ConfigureAwait(false);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return await EndAsync($"{listen} is in use; choose another address with --listen").ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            return await EndAsync($"cannot listen at {listen}: {e.Message}; choose another address with --listen").ConfigureAwait(false);
        }

        async Task<int> EndAsync(string why)
        {
            await Console.Error.WriteLineAsync($"{name}: {why}").ConfigureAwait(false);
            return 1;
        }
    }

    private static IEnumerable<ServedPage> Pages(IServiceProvider services, Func<IServiceProvider, string?> readiness) =>
    [
        new("/healthz", static (_, _) => Task.FromResult(PageAnswer.Text(HttpStatusCode.OK, "ok"))),
        new("/readyz", (_, _) =>
        {
            var missing = readiness(services);
            return Task.FromResult(PageAnswer.Text(missing is null ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, missing ?? "ok"));
        }),
        new("/metrics", async (_, cancellationToken) =>
        {
            using var page = new MemoryStream();
            await services.GetRequiredService<CollectorRegistry>().CollectAndExportAsTextAsync(page, cancellationToken).ConfigureAwait(false);
            return new(HttpStatusCode.OK, "text/plain; version=0.0.4; charset=utf-8", page.GetBuffer().AsMemory(0, (int)page.Length));
        }),
        .. services.GetServices<ServedPage>(),
    ];

    private static void AddLogging(ILoggingBuilder logging, LogLevel level, bool json)
    {
        logging.ClearProviders().SetMinimumLevel(level).AddFilter("Microsoft", LogLevel.Warning);
        if (json) logging.AddJsonConsole(o => (o.UseUtcTimestamp, o.TimestampFormat) = (true, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));
        else logging.AddSimpleConsole(o => (o.SingleLine, o.UseUtcTimestamp, o.TimestampFormat) = (true, true, "HH:mm:ss.fff "));
    }
}
