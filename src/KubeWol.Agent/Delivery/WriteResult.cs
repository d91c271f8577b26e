namespace KubeWol.Agent.Delivery;

/// <summary>What bringing a message to the API server came to; whichever it is, the message is dealt with.</summary>
internal enum WriteResult
{
    /// <summary>A request was written.</summary>
    Created,

    /// <summary>Another node was first, or an attempt of ours whose answer was lost.</summary>
    AlreadyThere,

    /// <summary>It is a signed command that was heard before.</summary>
    Replayed,

    /// <summary>The API server will never take this request, however often it is sent.</summary>
    Refused,
}
