namespace KubeWol.ControllerRuntime.Cluster;

/// <summary>What came of a request to the API server, as far as its answer's head tells.</summary>
internal enum ApiResult
{
    /// <summary>It was done.</summary>
    Ok,

    /// <summary>401: the credentials do not count.</summary>
    Unauthorized,

    /// <summary>403: a right is missing, or an admission policy refused.</summary>
    Forbidden,

    /// <summary>404; to many questions a good answer.</summary>
    NotFound,

    /// <summary>409: somebody else was first; to many writes a good answer.</summary>
    Conflict,

    /// <summary>410: the version to watch from is forgotten.</summary>
    Gone,

    /// <summary>429.</summary>
    Throttled,

    /// <summary>Any other 4xx.</summary>
    Invalid,

    /// <summary>5xx.</summary>
    ServerError,

    /// <summary>No connection came about, it broke, or there were no credentials to be had.</summary>
    NoConnection,

    /// <summary>No answer began before its caller gave it up: out of patience, or at the end of the program.</summary>
    NoAnswer,
}
