namespace KubeWol.Chart.Tests.Values;

/// <summary>The chart's README says what values.yaml says.</summary>
public sealed class ValuesDocumentTests
{
    /// <summary>Their names say it all, or they are Kubernetes' own.</summary>
    private static readonly string[] KnownByName =
    [
        "pullPolicy", "imagePullSecrets", "commonLabels", "commonAnnotations", "resources", "nodeSelector", "tolerations", "affinity", "podLabels", "podAnnotations", "enabled", "labels",
        "interval", "relabelings", "metricRelabelings", "sleep", "move", "instantiate", "destroy",
    ];

    [Fact]
    [Trait("Writes", "Documents")]
    public void The_table_of_values_is_up_to_date() =>
        Repository.IsUpToDate(Path.Combine(Repository.Chart, "README.md"), ValuesDocument.Update(Repository.Read("charts", "kubewol", "README.md")));

    [Fact]
    public void Every_value_is_explained() =>
        Assert.Empty(ValuesDocument.Read().Where(v => v.Default is not null && v.Comment.Length == 0 && !KnownByName.Contains(v.Path.Split('.')[^1])).Select(v => v.Path));
}
