using System.ComponentModel;
using System.Diagnostics;

namespace KubeWol.Proofs.Tests.Interop;

/// <summary>Runs programs that are not ours to their end. One that is missing fails the test: it says what to install.</summary>
internal static class Programs
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private static readonly Lazy<Task<string>> Packages = new(FetchAsync);

    /// <summary>Runs a script of tests/interop with the packages it needs.</summary>
    public static async Task<string> InteropAsync(string script, string argument, string input = "")
    {
        var packages = await Packages.Value.WaitAsync(TestContext.Current.CancellationToken);
        return await RunAsync("node", [File("interop", script), argument], input, ("NODE_PATH", Path.Combine(packages, "node_modules")));
    }

    /// <summary>A file that was copied beside the tests.</summary>
    public static string File(params ReadOnlySpan<string> path) => Path.Combine([AppContext.BaseDirectory, .. path]);

    /// <summary>What a program writes; the test fails when it ends with anything but 0, and with its words.</summary>
    public static async Task<string> RunAsync(string name, IEnumerable<string> arguments, string input = "", (string Name, string Value)? variable = null)
    {
        var start = new ProcessStartInfo(name, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (variable is { } set) start.Environment[set.Name] = set.Value;
        using var process = Start(start);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.StandardInput.WriteAsync(input.AsMemory(), limit.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, $"{name} ended with {process.ExitCode}: {await errors}");
            return await output;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw new InvalidOperationException($"{start.FileName} is missing: run eng/setup.sh as root, or install the Debian packages npm and openssl");
        }
    }

    private static async Task<string> FetchAsync() => (await RunAsync("bash", [File("interop", "fetch.sh")])).Trim();
}
