using KubeWol.Api.V1Alpha1;

namespace KubeWol.EndToEnd.Verbs;

/// <summary>A verb that meets a machine in a state, through a frame on the wire or through kubectl.</summary>
/// <param name="State">The state, in the words of the table.</param>
/// <param name="Verb">The verb, with its mode where it has one.</param>
/// <param name="Frame">Whether it comes as a frame.</param>
/// <param name="Outcome">The reason the request has to end with; null where there must be none, as agents leave out what calls nobody.</param>
public sealed record MatrixCell(string State, string Verb, bool Frame, WakeReason? Outcome)
{
    /// <summary>
    /// How each verb ends in each state. Where two words stand, the first is kubectl's: a frame cannot name a node, and without one a machine that is
    /// off has nothing to be placed for; a dash is a frame that comes to nothing. Sleep(Stop) cannot be asked for by a frame: the operator's default is Pause.
    /// </summary>
    private const string Table = """
        state               | Wake             | Sleep(Pause)    | Sleep(Stop)     | Instantiate      | Move                 | Destroy
        absent              | UnknownTarget/-  | UnknownTarget/- | UnknownTarget   | TemplateNotUsable/- | UnknownTarget/-   | AlreadyGone/-
        absent, but claimed | Instantiated     | UnknownTarget   | UnknownTarget   | Instantiated     | UnknownTarget        | AlreadyGone
        stopped             | Started          | AlreadyInactive | AlreadyInactive | Started          | Placed/AlreadyThere  | Destroyed
        starting            | AlreadyActive    | Paused          | Stopped         | AlreadyActive    | Moved                | Destroyed
        running             | AlreadyActive    | Paused          | Stopped         | AlreadyActive    | Moved                | Destroyed
        paused              | Unpaused         | AlreadyInactive | Stopped         | Unpaused         | Moved                | Destroyed
        stopping            | Started          | AlreadyInactive | AlreadyInactive | Started          | Placed/AlreadyThere  | Destroyed
        migrating           | AlreadyActive    | Paused          | Stopped         | AlreadyActive    | Moved                | Destroyed
        crash-looping       | AlreadyActive    | Paused          | Stopped         | AlreadyActive    | Moved                | Destroyed
        unschedulable       | AlreadyActive    | Paused          | Stopped         | AlreadyActive    | Moved                | Destroyed
        waiting for volumes | AlreadyActive    | Paused          | Stopped         | AlreadyActive    | Moved                | Destroyed
        terminating         | TargetTerminating | TargetTerminating | TargetTerminating | TargetTerminating | TargetTerminating | AlreadyGone
        """;

    private static readonly string[][] Lines = [.. Table.Split('\n').Select(l => l.Split('|', StringSplitOptions.TrimEntries))];

    public static IReadOnlyList<string> Verbs => Lines[0][1..];

    public static IReadOnlyList<string> States => [.. Lines[1..].Select(l => l[0])];

    public static IReadOnlyList<MatrixCell> All =>
    [
        .. from line in Lines[1..]
           from column in Enumerable.Range(1, Verbs.Count)
           from frame in (bool[])[false, true]
           let outcomes = line[column].Split('/')
           where !frame || Verbs[column - 1] != "Sleep(Stop)"
           select new MatrixCell(line[0], Verbs[column - 1], frame, Read(frame ? outcomes[^1] : outcomes[0])),
    ];

    public WakeAction Action => Enum.Parse<WakeAction>(Verb.Split('(')[0]);

    /// <summary>Whether what the verb waits for comes only once the machine's trouble is over.</summary>
    public bool WaitsForRecovery => State is "crash-looping" or "unschedulable" or "waiting for volumes" && Verb is not ("Sleep(Stop)" or "Destroy");

    /// <summary>Whether there is a machine at first.</summary>
    public bool HasMachine => !State.StartsWith("absent", StringComparison.Ordinal);

    public override string ToString() => $"{Verb} of a machine that is {State}, by {(Frame ? "a frame" : "kubectl")}";

    private static WakeReason? Read(string word) => word == "-" ? null : Enum.Parse<WakeReason>(word);
}
