namespace KubeWol.FaultProxy;

/// <summary>A write that reached the API server, whatever the caller was told of it.</summary>
/// <param name="Call">What was asked.</param>
/// <param name="Status">The HTTP status of the API server's own answer.</param>
/// <param name="At">When that came.</param>
public sealed record AnsweredWrite(ApiCall Call, int Status, DateTimeOffset At)
{
    /// <summary>Whether the API server did what was asked.</summary>
    public bool IsDone => Status is >= 200 and < 300;
}
