namespace KubeWol.Api.V1Alpha1;

/// <summary>What agents note on the requests they write, beside what the request says.</summary>
public static class RequestMarks
{
    /// <summary>Label: a hash that is the same for all copies of a plain message, whenever and by whichever node they were heard.</summary>
    public const string Message = "kubewol.io/message";

    /// <summary>Annotation: how many nodes whose turn was before the writer's had not written. Not there where it did not wait for any.</summary>
    public const string Turn = "kubewol.io/turn";
}
