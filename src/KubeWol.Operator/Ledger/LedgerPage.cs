namespace KubeWol.Operator.Ledger;

/// <summary>What is to be noted on a machine.</summary>
/// <param name="Text">The annotation; null for none.</param>
/// <param name="Look">When to look again although nothing changed: an entry expires then, or has to be renewed. Null where there are none.</param>
internal readonly record struct LedgerPage(string? Text, TimeSpan? Look);
