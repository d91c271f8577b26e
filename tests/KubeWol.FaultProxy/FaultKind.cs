namespace KubeWol.FaultProxy;

/// <summary>All that can go wrong between a client and the API server.</summary>
public enum FaultKind
{
    /// <summary>401: the token has been rotated away, or the server cannot check it just now.</summary>
    Unauthorized,

    /// <summary>403: a role is missing, or not read yet by a server that has just started.</summary>
    Forbidden,

    /// <summary>A bare 404, as of a server that does not serve the kind yet.</summary>
    NotServed,

    /// <summary>404 with a Status that says NotFound: the object is not there.</summary>
    NoSuchObject,

    /// <summary>409: somebody else wrote first; for a POST, the name is taken.</summary>
    Conflict,

    /// <summary>410: the server has forgotten the resource version.</summary>
    Gone,

    /// <summary>A watch that begins well, and whose first event is ERROR 410.</summary>
    GoneEvent,

    /// <summary>413: too large.</summary>
    TooLarge,

    /// <summary>422: not valid.</summary>
    Invalid,

    /// <summary>429 with Retry-After.</summary>
    TooManyRequests,

    /// <summary>500 InternalError.</summary>
    InternalError,

    /// <summary>503.</summary>
    Unavailable,

    /// <summary>504: the server (or its etcd) took too long. What was asked for is not done.</summary>
    GatewayTimeout,

    /// <summary>504 although what was asked for is done: the server gave up waiting too early.</summary>
    GatewayTimeoutAfter,

    /// <summary>Nobody answers; what was asked for is not done.</summary>
    NoAnswer,

    /// <summary>Nobody answers; what was asked for is done.</summary>
    NoAnswerAfter,

    /// <summary>The request's stream is reset; what was asked for is not done.</summary>
    Reset,

    /// <summary>The request's stream is reset; what was asked for is done, and the answer lost.</summary>
    ResetAfter,

    /// <summary>The whole connection is reset, and all that was under way on it; what was asked for is not done.</summary>
    Disconnect,

    /// <summary>The peer vanishes without a word: nothing more passes on this connection, in either direction, and nobody ends it.</summary>
    HalfOpen,

    /// <summary>The answer ends in good order, in the middle of its JSON. What was asked for is done.</summary>
    Truncated,

    /// <summary>The watch's stream is reset in the middle of an event.</summary>
    CutEvent,

    /// <summary>The answer comes late.</summary>
    Slow,
}
