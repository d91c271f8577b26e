using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.Agent.Tests.Fakes;

/// <summary>A clock that moves only when a test moves it, and tells which waits were begun.</summary>
internal sealed class StillTime : FakeTimeProvider
{
    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    /// <summary>The next wait of about this length that is begun, or was begun and not yet asked for; others are passed over.</summary>
    public async Task<TimeSpan> WaitBegunAsync(TimeSpan atMost, TimeSpan atLeast = default)
    {
        while (true)
        {
            var wait = await _waits.Reader.ReadAsync(TestContext.Current.CancellationToken).SoonAsync();
            if (wait >= atLeast && wait <= atMost) return wait;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _waits.Writer.TryWrite(dueTime);
        return timer;
    }
}
