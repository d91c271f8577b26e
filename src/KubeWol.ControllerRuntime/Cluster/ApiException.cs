using System.Net;

namespace KubeWol.ControllerRuntime.Cluster;

/// <summary>The API server answered, and said no.</summary>
/// <param name="statusCode">The HTTP status.</param>
/// <param name="reason">The machine-readable reason of the metav1.Status, such as <c>NotFound</c> or <c>AlreadyExists</c>; empty where the answer had none.</param>
/// <param name="message">What the server said.</param>
/// <param name="retryAfter">How long the server asked to be left alone, or null.</param>
public sealed class ApiException(HttpStatusCode statusCode, string reason, string message, TimeSpan? retryAfter = null) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public HttpStatusCode StatusCode { get; } = statusCode;

    /// <summary>The machine-readable reason, such as <c>NotFound</c>; empty where the answer had none.</summary>
    public string Reason { get; } = reason;

    /// <summary>How long the server asked to be left alone (429, 503), or null.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>Another writer was first, or the object exists already.</summary>
    public bool IsConflict => StatusCode == HttpStatusCode.Conflict;

    /// <summary>The object, its namespace or its kind is not there. A server that has just started does not know custom kinds for a moment.</summary>
    public bool IsNotFound => StatusCode == HttpStatusCode.NotFound;

    /// <summary>The server itself says that the object is not there. A bare 404 means that the kind is not served (yet), or that something else answered.</summary>
    public bool IsNoSuchObject => IsNotFound && Reason == "NotFound";

    /// <summary>The same request may well succeed later: throttling, a server in trouble, a credential about to be renewed.</summary>
    public bool IsTransient => StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;
}
