namespace KubeWol.SkewedAgent;

/// <summary>The system's clock, set wrong. Timers and timestamps are right: a node's clock that is wrong does not run faster.</summary>
internal sealed class SkewedTime(TimeSpan ahead) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + ahead;
}
