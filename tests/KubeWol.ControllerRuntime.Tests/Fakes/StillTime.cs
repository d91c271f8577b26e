using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.ControllerRuntime.Tests.Fakes;

/// <summary>A clock that moves only when a test moves it, and tells which waits were begun.</summary>
internal sealed class StillTime : FakeTimeProvider
{
    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    /// <summary>The next wait of a length between these two that is begun, or was begun and not yet asked for; others are passed over.</summary>
    public async Task<TimeSpan> WaitBegunAsync(TimeSpan atLeast, TimeSpan atMost)
    {
        while (true)
        {
            var wait = await _waits.Reader.ReadAsync(Bounded.Test).SoonAsync();
            if (wait >= atLeast && wait <= atMost) return wait;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _waits.Writer.TryWrite(dueTime);
        return new Watched(timer, _waits.Writer);
    }

    private sealed class Watched(ITimer timer, ChannelWriter<TimeSpan> waits) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var changed = timer.Change(dueTime, period);
            waits.TryWrite(dueTime);
            return changed;
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
