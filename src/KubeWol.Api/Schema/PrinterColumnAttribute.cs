namespace KubeWol.Api.Schema;

/// <summary>One column of <c>kubectl get</c>, in the order of declaration.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class PrinterColumnAttribute(string name, string jsonPath, string type = "string") : Attribute
{
    /// <summary>The column's head.</summary>
    public string Name { get; } = name;

    /// <summary>Where the value stands in the object.</summary>
    public string JsonPath { get; } = jsonPath;

    /// <summary>The OpenAPI type.</summary>
    public string Type { get; } = type;

    /// <summary>Shown by <c>-o wide</c> only.</summary>
    public bool Wide { get; init; }
}
