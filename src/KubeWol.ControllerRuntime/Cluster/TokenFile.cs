using System.Net.Http.Headers;
using k8s.Authentication;

namespace KubeWol.ControllerRuntime.Cluster;

/// <summary>
/// The token of a mounted service account, read again every minute: the kubelet replaces the file long before the token in it expires. And at once
/// where the server does not take it any more.
/// </summary>
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

    /// <summary>Whether there is another token than the one that was <paramref name="refused"/>; the file is read again unless that is known already.</summary>
    public async Task<bool> RenewAsync(string? refused, CancellationToken cancellationToken)
    {
        if (_last?.Header.Parameter == refused) _last = null;
        return (await GetAuthenticationHeaderAsync(cancellationToken).ConfigureAwait(false)).Parameter != refused;
    }

    private sealed record Reading(AuthenticationHeaderValue Header, long At);
}
