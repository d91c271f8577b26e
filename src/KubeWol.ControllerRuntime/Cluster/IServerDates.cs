namespace KubeWol.ControllerRuntime.Cluster;

/// <summary>Is told what time it is for the API server: each of its answers says so, to the second (RFC 9110, section 6.6.1).</summary>
public interface IServerDates
{
    /// <param name="serverTime">The answer's date: the server's clock read between this and a second more while it answered.</param>
    /// <param name="sent">When the question was sent, as a timestamp of the client's <see cref="TimeProvider"/>.</param>
    /// <param name="received">When the answer's headers were there, likewise.</param>
    void Said(DateTimeOffset serverTime, long sent, long received);
}
