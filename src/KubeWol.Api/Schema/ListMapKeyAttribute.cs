namespace KubeWol.Api.Schema;

/// <summary>The list is a map keyed by this field of its items, so that server-side apply merges item by item.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListMapKeyAttribute(string key) : Attribute
{
    /// <summary>The key field's name in JSON.</summary>
    public string Key { get; } = key;
}
