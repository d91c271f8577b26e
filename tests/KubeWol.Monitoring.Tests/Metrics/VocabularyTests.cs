namespace KubeWol.Monitoring.Tests.Metrics;

/// <summary>The judge of expressions is judged.</summary>
public sealed class VocabularyTests
{
    private static readonly Vocabulary Words = new([new("""
        # HELP a_total As.
        # TYPE a_total counter
        a_total{result="Good",method="GET"} 1
        a_total{result="Bad",method="GET"} 2
        # HELP b_seconds Bs.
        # TYPE b_seconds histogram
        b_seconds_bucket{stage="first",le="1"} 0
        b_seconds_sum{stage="first"} 0
        b_seconds_count{stage="first"} 0
        """)]);

    [Theory]
    [InlineData("a_total > 3")]
    [InlineData("sum by (namespace, pod) (rate(a_total{result=~\"Good|Bad\", method=\"GET\"}[5m])) / on (pod) sum by (pod) (a_total) > 0.1 and a_total > 5")]
    [InlineData("histogram_quantile(0.9, sum by (namespace, le) (rate(b_seconds_bucket{stage=\"first\"}[10m]))) > 2")]
    [InlineData("max by (namespace) (a_total) == 0 or absent(a_total)")]
    [InlineData("up{job=~\"(.*/)?x\"} == 0")]
    public void What_is_exported_may_be_named(string expression) => Assert.Empty(Words.FaultsOf(expression));

    [Theory]
    [InlineData("sum(rate(c_total[5m]))", "nobody exports c_total")]
    [InlineData("b_seconds > 1", "nobody exports b_seconds")]
    [InlineData("a_total{result=~\"Good|Ugly\"} > 1", "a_total never has result=\"Ugly\"")]
    [InlineData("1 - a_total{colour=\"red\"}", "a_total has no label colour")]
    [InlineData("a_total or absent(d_total)", "nobody exports d_total")]
    public void What_is_not_exported_is_told(string expression, string fault) => Assert.Equal([fault], Words.FaultsOf(expression));
}
