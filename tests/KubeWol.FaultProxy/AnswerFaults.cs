using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace KubeWol.FaultProxy;

/// <summary>Passes a request on as it is, and damages its answer once the API server has done what was asked.</summary>
internal sealed class AnswerFaults(ApiCall call, Injection? injection, FaultBook book, CancellationToken watchesEnd) : HttpTransformer
{
    public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        proxyRequest.Headers.Host = null; // the API server's certificate has its own name
        if (injection?.Fault.Kind is FaultKind.Truncated or FaultKind.CutEvent) proxyRequest.Headers.AcceptEncoding.Clear(); // half of a zip is no half of a JSON
    }

    /// <summary>False where the answer's body is not to be passed on.</summary>
    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null || !await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken)) return false;
        if (call.IsWrite) book.Answered(call, (int)proxyResponse.StatusCode);
        switch (injection?.Fault.Kind)
        {
            case FaultKind.ResetAfter:
                await proxyResponse.Content.LoadIntoBufferAsync(cancellationToken);
                injection.Done();
                httpContext.Abort();
                return false;
            case FaultKind.NoAnswerAfter:
                await proxyResponse.Content.LoadIntoBufferAsync(cancellationToken);
                injection.Done();
                await httpContext.LeftByClientAsync();
                return false;
            case FaultKind.GatewayTimeoutAfter:
                await proxyResponse.Content.LoadIntoBufferAsync(cancellationToken);
                injection.Done();
                httpContext.Response.Headers.Clear();
                await Refusal.WriteAsync(httpContext, injection.Fault, call);
                return false;
            case FaultKind.Truncated or FaultKind.CutEvent:
                await CutAsync(httpContext, proxyResponse, injection, cancellationToken);
                return false;
        }

        if (!call.IsWatch) return true;
        await PassEventsAsync(httpContext.Response, proxyResponse, cancellationToken);
        return false;
    }

    /// <summary>Passes a watch on until its end, or until it is to end in good order.</summary>
    private async Task PassEventsAsync(HttpResponse response, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        // A quiet watch has begun when its headers are there, not with its first event.
        await response.Body.FlushAsync(cancellationToken);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, watchesEnd);
        try
        {
            await (await answer.Content.ReadAsStreamAsync(either.Token)).CopyToAsync(response.Body, either.Token);
        }
        catch (OperationCanceledException) when (watchesEnd.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // As an API server ends a watch whose time is over.
        }
    }

    private async Task CutAsync(HttpContext context, HttpResponseMessage answer, Injection cut, CancellationToken cancellationToken)
    {
        context.Response.ContentLength = null;
        if (call.IsWatch)
        {
            await context.Response.Body.FlushAsync(cancellationToken);
            var events = await answer.Content.ReadAsStreamAsync(cancellationToken);
            var some = new byte[64 << 10];
            var count = await events.ReadAsync(some, cancellationToken);
            if (count == 0) return; // it ended before anything happened
            await context.Response.Body.WriteAsync(some.AsMemory(0, (count + 1) / 2), cancellationToken);
        }
        else
        {
            var whole = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            await context.Response.Body.WriteAsync(whole.AsMemory(0, whole.Length / 2), cancellationToken);
        }

        await context.Response.Body.FlushAsync(cancellationToken);
        cut.Done();
        if (cut.Fault.Kind == FaultKind.CutEvent) context.Abort();
    }
}
