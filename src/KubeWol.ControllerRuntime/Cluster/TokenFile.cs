using System.Net.Http.Headers;
using k8s.Authentication;

namespace KubeWol.ControllerRuntime.Cluster;

/// <summary>The token of a mounted service account, read again every minute: the kubelet replaces the file long before the token in it expires.</summary>
internal sealed class TokenFile(string path, TimeProvider time) : ITokenProvider
{
    private Reading? _last;

    public async Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken)
    {
        if (_last is { } last && time.GetElapsedTime(last.At) < TimeSpan.FromMinutes(1)) return last.Header;
        var token = await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false);
        _last = new(new("Bearer", token.Trim()), time.GetTimestamp());
        return _last.Header;
    }

    private sealed record Reading(AuthenticationHeaderValue Header, long At);
}
