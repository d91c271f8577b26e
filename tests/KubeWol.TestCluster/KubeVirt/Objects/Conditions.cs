namespace KubeWol.TestCluster.KubeVirt.Objects;

/// <summary>Reads and changes a list of conditions. A change that changes nothing returns the very list.</summary>
internal static class Conditions
{
    extension(IReadOnlyList<Condition>? conditions)
    {
        public Condition? Get(string type) => conditions?.FirstOrDefault(c => c.Type == type);

        public bool IsTrue(string type) => conditions.Get(type) is { IsTrue: true };

        public IReadOnlyList<Condition> Set(Condition condition, DateTimeOffset now)
        {
            var current = conditions.Get(condition.Type);
            var isSame = (current?.Status, current?.Reason, current?.Message) == (condition.Status, condition.Reason, condition.Message);
            if (isSame) return conditions!;
            var since = current?.Status == condition.Status ? current.LastTransitionTime : now;
            return conditions.Put(condition with { LastTransitionTime = since });
        }

        /// <summary>Puts the condition as it is, its times included, in the place of the one of its type.</summary>
        public IReadOnlyList<Condition> Put(Condition condition)
        {
            if (conditions.Get(condition.Type) is not { } current) return [.. conditions ?? [], condition];
            return current == condition ? conditions! : [.. conditions!.Select(c => c.Type == condition.Type ? condition : c)];
        }

        public IReadOnlyList<Condition>? Remove(string type) =>
            conditions.Get(type) is null ? conditions : [.. conditions!.Where(c => c.Type != type)];
    }
}
