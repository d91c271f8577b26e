using System.Collections.Concurrent;
using System.Net;
using KubeWol.ControllerRuntime.Cluster;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KubeWol.Operator.Tests.World;

/// <summary>An HTTP server that answers as the test says and remembers what it was asked.</summary>
internal sealed class FakeApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Call> _calls = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kubewol-operator-tests-");

    private FakeApi(WebApplication app) => _app = app;

    /// <summary>What is answered. The default refuses, so that no test passes by a request it did not expect.</summary>
    public Func<Call, Answer> Respond { get; set; } = call => throw new InvalidOperationException($"an unexpected request: {call}");

    public IReadOnlyList<Call> Calls => [.. _calls];

    public ClusterConnection Connection { get; private set; } = null!;

    public static async Task<FakeApi> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);
        var api = new FakeApi(builder.Build());
        api._app.Run(api.AnswerAsync);
        await api._app.StartAsync(TestContext.Current.CancellationToken);
        api.Connection = api.Connect(api._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return api;
    }

    /// <summary>The kubeconfig of a server without TLS.</summary>
    public static string Kubeconfig(string server) => $"""
        apiVersion: v1
        kind: Config
        current-context: fake
        clusters:
        - name: fake
          cluster:
            server: {server}
        users:
        - name: fake
          user:
            token: fake
        contexts:
        - name: fake
          context:
            cluster: fake
            user: fake
        """;

    /// <summary>Forgets what it was asked, for the next test to start afresh.</summary>
    public void Forget() => _calls.Clear();

    /// <summary>Takes the server away: from now on connections are refused.</summary>
    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Connection.Dispose();
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private ClusterConnection Connect(string server)
    {
        var kubeconfig = Path.Combine(_folder.FullName, "kubeconfig");
        File.WriteAllText(kubeconfig, Kubeconfig(server));
        return ClusterConnection.Open(kubeconfig);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var call = new Call(
            context.Request.Method, context.Request.Path + context.Request.QueryString, await reader.ReadToEndAsync(context.RequestAborted),
            context.Request.ContentType);
        _calls.Enqueue(call);
        switch (Respond(call))
        {
            case { Status: Answer.Hold }:
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
                break;
            case { Status: Answer.Cut }:
                context.Abort();
                break;
            case var answer:
                context.Response.StatusCode = answer.Status;
                context.Response.ContentType = "application/json";
                if (answer.RetryAfter is { } seconds) context.Response.Headers.RetryAfter = $"{seconds}";
                await context.Response.WriteAsync(answer.Body, context.RequestAborted);
                break;
        }
    }
}

/// <summary>One request as it came.</summary>
internal sealed record Call(string Method, string Path, string Body, string? ContentType)
{
    public override string ToString() => $"{Method} {Path}";
}

/// <summary>An HTTP answer; <see cref="Hold"/> and <see cref="Cut"/> are none at all.</summary>
internal sealed record Answer(int Status, string Body = "", int? RetryAfter = null)
{
    /// <summary>The connection stays open, and nothing comes.</summary>
    public const int Hold = -1;

    /// <summary>The connection breaks.</summary>
    public const int Cut = -2;

    /// <summary>A refusal as the API server words it.</summary>
    public static Answer Refuse(int status, string reason, string message, int? retryAfter = null) => new(
        status,
        $$"""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":{{System.Text.Json.JsonSerializer.Serialize(message)}},"reason":"{{reason}}","code":{{status}}}""",
        retryAfter);
}
