namespace KubeWol.TestCluster.KubeVirt.Admission;

/// <summary>One thing that is wrong with an object.</summary>
/// <param name="Type">The machine-readable cause of a metav1.StatusCause.</param>
/// <param name="Message">What a person is told.</param>
/// <param name="Field">Where; empty for the object as a whole.</param>
internal sealed record Cause(string Type, string Message, string Field = "")
{
    public const string Invalid = "FieldValueInvalid";
    public const string Required = "FieldValueRequired";
    public const string NotSupported = "FieldValueNotSupported";
}

/// <summary>
/// What a webhook of KubeVirt says to a write. It refuses in two ways: with the causes found in the object (422 Invalid), or with one
/// plain sentence (400, no reason).
/// </summary>
internal sealed record Verdict
{
    public static Verdict Allowed { get; } = new();

    public IReadOnlyList<Cause> Causes { get; private init; } = [];

    public string? Sentence { get; private init; }

    /// <summary>Shown by kubectl where the write is allowed.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    public bool IsAllowed => Causes.Count == 0 && Sentence is null;

    public int Code => Sentence is null ? 422 : 400;

    public string Reason => Sentence is null ? "Invalid" : "";

    public string Message => Sentence ?? string.Join(", ", Causes.Select(c => c.Message));

    public static Verdict NotSupported(string message, string field = "") => Of(new Cause(Cause.NotSupported, message, field));

    public static Verdict Of(params IEnumerable<Cause> causes) => new() { Causes = [.. causes] };

    public static Verdict Refuse(string sentence) => new() { Sentence = sentence };
}
