namespace KubeWol.ControllerRuntime;

/// <summary>URL paths of the Kubernetes API.</summary>
public static class ApiPath
{
    /// <summary>The path of a kind's objects, narrowed to a namespace, an object or a subresource where these are given.</summary>
    /// <exception cref="ArgumentException">A name is empty, <c>.</c> or <c>..</c>: no object is called so, and the path would lead to another place.</exception>
    public static string Of(string group, string version, string plural, string? @namespace = null, string? name = null, string? subresource = null)
    {
        var root = group.Length == 0 ? $"/api/{version}" : $"/apis/{group}/{version}";
        var scope = @namespace is null ? "" : $"/namespaces/{Segment(@namespace)}";
        var item = name is null ? "" : $"/{Segment(name)}";
        var sub = subresource is null ? "" : $"/{subresource}";
        return $"{root}{scope}/{plural}{item}{sub}";
    }

    private static string Segment(string name) =>
        name is "" or "." or ".." ? throw new ArgumentException($"\"{name}\" is not a name", nameof(name)) : Uri.EscapeDataString(name);
}
