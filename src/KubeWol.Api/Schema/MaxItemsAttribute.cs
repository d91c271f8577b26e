namespace KubeWol.Api.Schema;

/// <summary>The most items a list or map may have: every one in the API is bounded.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MaxItemsAttribute(int count) : Attribute
{
    /// <summary>The most items.</summary>
    public int Count { get; } = count;
}
