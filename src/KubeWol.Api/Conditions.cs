namespace KubeWol.Api;

/// <summary>Changes to a list of conditions.</summary>
public static class Conditions
{
    /// <summary>
    /// The list with <paramref name="next"/> in it, in the place of the condition of that type. The transition time moves only with the status,
    /// and a condition that says the same already leaves the very same list: no change, no write.
    /// </summary>
    public static IReadOnlyList<Condition> With(this IReadOnlyList<Condition>? conditions, Condition next)
    {
        var list = conditions ?? [];
        var current = list.FirstOrDefault(c => c.Type == next.Type);
        if (current?.Status == next.Status) next = next with { LastTransitionTime = current.LastTransitionTime };
        return current == next ? list : current is null ? [.. list, next] : [.. list.Select(c => c.Type == next.Type ? next : c)];
    }
}
