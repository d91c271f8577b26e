namespace KubeWol.Operator.Requests;

/// <summary>Whose turn it is among the unfinished requests for one machine.</summary>
internal enum Turn
{
    /// <summary>This request's.</summary>
    Mine,

    /// <summary>Another request is before it, or has begun.</summary>
    Others,

    /// <summary>A later one takes its place.</summary>
    Superseded,

    /// <summary>The request of another node counts for the broadcast it was heard in.</summary>
    SameBroadcast,
}
