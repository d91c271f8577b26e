namespace KubeWol.Api.Schema;

/// <summary>Marks a type that the CRD generator turns into a CustomResourceDefinition.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CustomResourceAttribute(string plural, params string[] shortNames) : Attribute
{
    /// <summary>The lower-case plural name.</summary>
    public string Plural { get; } = plural;

    /// <summary>The names kubectl takes as well.</summary>
    public IReadOnlyList<string> ShortNames { get; } = shortNames;
}
