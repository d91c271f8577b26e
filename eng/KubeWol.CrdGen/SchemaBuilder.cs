using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using KubeWol.Api;
using KubeWol.Api.Schema;
using KubeWol.ControllerRuntime;

namespace KubeWol.CrdGen;

/// <summary>Turns a C# type into a structural OpenAPI v3 schema.</summary>
internal sealed class SchemaBuilder(XmlDocs docs)
{
    private const string Validations = "x-kubernetes-validations";

    /// <summary>The schema of a resource. Enums bind the writers of the spec only: a newer operator must be able to report through an older CRD.</summary>
    public Dictionary<string, object> Resource(Type type) => Object(type, docs.Of(type), closedEnums: true);

    private Dictionary<string, object> Object(Type type, string description, bool closedEnums)
    {
        var schema = new Dictionary<string, object> { ["type"] = "object", ["description"] = description };
        AddRules(schema, type.GetCustomAttributes<RuleAttribute>());
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);
        var required = properties.Where(p => p.GetCustomAttribute<RequiredAttribute>() is not null).Select(Name).ToList();
        if (required.Count > 0) schema["required"] = required;
        schema["properties"] = properties.ToDictionary(Name, p => (object)Property(p, closedEnums && Name(p) != "status"));
        return schema;
    }

    private Dictionary<string, object> Property(PropertyInfo property, bool closedEnums)
    {
        if (property.PropertyType == typeof(ResourceMetadata)) return new() { ["type"] = "object" };
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var schema = ItemType(type) is { } item ? List(property, item, closedEnums)
            : type == typeof(IReadOnlyDictionary<string, string>) ? Map(property)
            : Value(property, type, docs.Of(property), closedEnums);
        if (property.GetCustomAttribute<DefaultValueAttribute>() is { } @default) schema["default"] = @default.Value!;
        AddRules(schema, property.GetCustomAttributes<RuleAttribute>());
        return schema;
    }

    private Dictionary<string, object> List(PropertyInfo property, Type item, bool closedEnums)
    {
        var schema = new Dictionary<string, object>
        {
            ["type"] = "array",
            ["description"] = docs.Of(property),
            ["maxItems"] = Most(property),
            ["items"] = Value(property, item, null, closedEnums),
        };
        if (property.GetCustomAttribute<ListMapKeyAttribute>() is { } map)
        {
            schema["x-kubernetes-list-type"] = "map";
            schema["x-kubernetes-list-map-keys"] = new[] { map.Key };
        }

        return schema;
    }

    private Dictionary<string, object> Map(PropertyInfo property) => new()
    {
        ["type"] = "object",
        ["description"] = docs.Of(property),
        ["maxProperties"] = Most(property),
        ["additionalProperties"] = Text(property),
    };

    private static int Most(PropertyInfo property) => property.GetCustomAttribute<MaxItemsAttribute>()?.Count
        ?? throw new InvalidOperationException($"{property.DeclaringType}.{property.Name}: every list and map in the API is bounded, give it [MaxItems]");

    private Dictionary<string, object> Value(PropertyInfo property, Type type, string? description, bool closedEnums)
    {
        var schema = type switch
        {
            _ when type == typeof(string) => Text(property),
            _ when type == typeof(bool) => Scalar("boolean"),
            _ when type == typeof(int) => Scalar("integer", "int32"),
            _ when type == typeof(long) => Scalar("integer", "int64"),
            _ when type == typeof(DateTimeOffset) => Scalar("string", "date-time"),
            _ when type == typeof(JsonElement) => new() { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true }, // somebody else's schema
            { IsEnum: true } => Scalar("string"),
            _ when type.Assembly == typeof(object).Assembly => throw new InvalidOperationException($"{property.DeclaringType}.{property.Name}: there is no schema for {type.Name}"),
            _ => Object(type, description ?? docs.Of(type), closedEnums),
        };
        if (type.IsEnum && closedEnums) schema["enum"] = EnumNames(type);
        if (property.GetCustomAttribute<RangeAttribute>() is { } range)
        {
            schema["minimum"] = range.Minimum;
            if (!Equals(range.Maximum, (double)long.MaxValue)) schema["maximum"] = range.Maximum;
        }

        if (description is not null) schema["description"] = type.IsEnum && type != typeof(ConditionStatus) ? $"{description} {Meanings(type)}" : description;
        return schema;
    }

    private static Dictionary<string, object> Text(PropertyInfo property)
    {
        var schema = Scalar("string");
        if (property.Name is "ApiVersion" or "Kind") return schema;
        var length = property.GetCustomAttribute<StringLengthAttribute>()
            ?? throw new InvalidOperationException($"{property.DeclaringType}.{property.Name}: every string in the API is bounded, give it [StringLength]");
        if (length.MinimumLength > 0) schema["minLength"] = length.MinimumLength;
        schema["maxLength"] = length.MaximumLength;
        return schema;
    }

    private static Dictionary<string, object> Scalar(string type, string? format = null) =>
        format is null ? new() { ["type"] = type } : new() { ["type"] = type, ["format"] = format };

    /// <summary>A type brings its rules, and the property that has the type may add its own.</summary>
    private static void AddRules(Dictionary<string, object> schema, IEnumerable<RuleAttribute> rules)
    {
        var added = rules.Select(r => new Dictionary<string, object> { ["rule"] = r.Expression, ["message"] = r.Message }).ToList();
        if (added.Count == 0) return;
        if (!schema.TryAdd(Validations, added)) ((List<Dictionary<string, object>>)schema[Validations]).AddRange(added);
    }

    /// <summary>The names a writer may use. Unknown, the first of each enum, is only how a reader says that it met a newer name.</summary>
    private static List<string> EnumNames(Type type) => [.. Enum.GetNames(type).Where(n => n != "Unknown")];

    private string Meanings(Type type) => string.Join(" ", EnumNames(type).Select(n => $"{n}: {docs.Of(type.GetField(n)!)}"));

    private static Type? ItemType(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;

    private static string Name(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);
}
