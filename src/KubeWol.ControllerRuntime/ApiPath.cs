namespace KubeWol.ControllerRuntime;

/// <summary>URL paths of the Kubernetes API.</summary>
public static class ApiPath
{
    /// <summary>The path of a kind's objects, narrowed to a namespace, an object or a subresource where these are given.</summary>
    public static string Of(string group, string version, string plural, string? @namespace = null, string? name = null, string? subresource = null)
    {
        var root = group.Length == 0 ? $"/api/{version}" : $"/apis/{group}/{version}";
        var scope = @namespace is null ? "" : $"/namespaces/{Uri.EscapeDataString(@namespace)}";
        var item = name is null ? "" : $"/{Uri.EscapeDataString(name)}";
        var sub = subresource is null ? "" : $"/{subresource}";
        return $"{root}{scope}/{plural}{item}{sub}";
    }
}
