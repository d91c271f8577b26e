using Microsoft.AspNetCore.Http;

namespace KubeWol.FaultProxy;

internal static class Waiting
{
    /// <summary>Completes once the client has given up.</summary>
    public static async Task LeftByClientAsync(this HttpContext context)
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = context.RequestAborted.Register(left.SetResult);
        await left.Task;
    }
}
